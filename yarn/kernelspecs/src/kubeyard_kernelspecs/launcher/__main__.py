"""Starts the kernel in its container, beside Spark's ApplicationMaster."""

import contextlib
import os
import sys
import traceback

from .launch import Launch
from .marks import mark
from .report import send

# Its end names the error; the report may not be longer than the gateway takes.
LONGEST_TRACEBACK = 8000


def main() -> None:
    """Run the duty that the container was started for, and end without waiting for stray threads."""
    mark("python")
    launch = Launch.from_environment(os.environ)
    os.chdir(os.environ.get("PWD", "."))
    try:
        if launch.class_archives_to:
            from .class_archives import run
        else:
            from .kernel import run
        run(launch)
    except BaseException as error:
        traceback.print_exc()
        with contextlib.suppress(Exception):
            told = f"{type(error).__name__}: {error}"
            send(launch, {"error": told, "traceback": traceback.format_exc()[-LONGEST_TRACEBACK:]})
        os._exit(1)
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.flush()
    # Py4J's threads and the user's own would hold the process, and with it the application.
    os._exit(0)


if __name__ == "__main__":
    main()
