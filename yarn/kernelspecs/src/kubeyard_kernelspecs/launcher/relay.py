"""Spark's Python "application": hands the JVM's gateway to the kernel, and lives as long as it does."""

import json
import os
import signal
import socket
import struct
import sys
import time
from pathlib import Path

# The kernel is up long before Java: waiting longer would only delay the end of a failed start.
WAIT_SECONDS = 20
# Its connection is closed a moment before it is dead.
STATUS_SECONDS = 2
# YARN kills a container this soon after it has asked its processes to end, a quarter of a second by default.
YARNS_TURN_SECONDS = 3
# A process that has ended and that nobody has asked how.
ENDED = "Z"


def connect(path: str) -> socket.socket:
    """Return a connection to the kernel in this container."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(path)
        except OSError as error:
            connection.close()
            # A socket that nobody listens on is what a dead kernel leaves behind.
            if isinstance(error, ConnectionRefusedError) or time.monotonic() > deadline:
                give_up(next((pid for pid in siblings() if state_of(pid)[0] == ENDED), 0))
            time.sleep(0.05)
        else:
            return connection


def siblings() -> list[int]:
    """Return the other children of Java's process, of which the kernel is one."""
    pids = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdecimal()]
    return [pid for pid in pids if pid != os.getpid() and state_of(pid)[1] == str(os.getppid())]


def state_of(pid: int) -> list[str]:
    """Return what the system says of a process, the state first, its parent next; of one that is gone too."""
    try:
        # Behind the command, which may hold anything.
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return ["", "", "0"]


def status_of_end(pid: int) -> int:
    """Return the exit status of the kernel's process, a signal's number plus 128 as shells have it.

    The process is a child of Java's, which asks nobody how its children ended: it stays to be read.
    """
    deadline = time.monotonic() + STATUS_SECONDS
    while pid and time.monotonic() < deadline:
        state = state_of(pid)
        if state[0] == ENDED:
            status = int(state[-1])
            return os.WTERMSIG(status) + 128 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status) or 1
        time.sleep(0.02)
    return 1


def give_up(pid: int) -> None:
    """End as the kernel's process has ended.

    YARN tells this status in the application's diagnostics, the only way in which a dead kernel can still
    speak.
    """
    status = status_of_end(pid)
    if status == signal.SIGTERM + 128:
        # By YARN, which says why, with the memory that was used: unless an application speaks before it.
        time.sleep(YARNS_TURN_SECONDS)
    name = signal.Signals(status - 128).name if status > 128 else f"status {status}"
    sys.stderr.write(f"the kernel's process has died: {name}; see kernel.err\n")
    sys.exit(status)


def main() -> None:
    """Hand over, then wait for the kernel's end; one without a good-bye is a failed application."""
    # It comes to all in the container, and the end of this one would be told as the reason.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    kernel = connect("kernel.sock")
    gateway = {name: value for name, value in os.environ.items() if name.startswith("PYSPARK_GATEWAY")}
    kernel.sendall(json.dumps(gateway).encode() + b"\n")
    said = b""
    while piece := kernel.recv(64):
        said += piece
    if said != b"bye":
        give_up(struct.unpack("3i", kernel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0])


main()
