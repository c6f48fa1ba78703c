"""A container's first process, as Java is: it starts kernel and relay, and never asks how the kernel ended.

python container.py RELAY KERNEL_CODE AWAITED    AWAITED: "socket", or "end" for a kernel that is dead by then

Prints as JSON what the relay ended with and said, and what the kernel was told.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

DEADLINE_SECONDS = 20


def main(relay: str, code: str, awaited: str) -> None:
    """Run both in the working folder."""
    with Path("kernel.out").open("wb") as told:
        kernel = subprocess.Popen([sys.executable, "-c", code], stdout=told)
    status = Path(f"/proc/{kernel.pid}/stat")
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (Path("kernel.sock").exists() if awaited == "socket" else ") Z " in status.read_text()):
        if time.monotonic() > deadline:
            sys.exit("the kernel did not come so far")
        time.sleep(0.01)
    done = subprocess.run([sys.executable, relay], capture_output=True, text=True, check=False)
    said = {"status": done.returncode, "said": done.stderr, "told": Path("kernel.out").read_text()}
    kernel.kill()
    kernel.wait()
    sys.stdout.write(json.dumps(said))


main(*sys.argv[1:])
