"""A platform to measure on: one that runs already, or one of the benchmark's own."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from measuring.running_platform import RunningPlatform, command


@contextmanager
def platform(
    home: Path | None, offset: int, begin: Callable[[Path, Path], None] | None = None
) -> Iterator[RunningPlatform]:
    """The platform of `home`; without one, one in a new folder that is removed in the end.

    `begin` starts it in the home and with the cache that it is given, where its start is measured too.
    """
    if home is not None:
        yield RunningPlatform.attach(home)
        return
    # Not in a folder of one account: the services' own must be able to run what lies there.
    folder = Path(tempfile.mkdtemp(prefix="kubeyard-benchmark-", dir="/var/tmp"))
    folder.chmod(0o755)
    own, cache = folder / "home", folder / "cache"
    try:
        if begin is None:
            command(own, "start", offset=offset)
        else:
            begin(own, cache)
        yield RunningPlatform.attach(own)
    finally:
        try:
            command(own, "stop", cache=cache if begin else None, offset=offset)
        except SystemExit as failure:
            # A home that never came so far has nothing to stop; what went wrong before is what matters.
            print(failure)
        shutil.rmtree(folder, ignore_errors=True)
