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
                sys.exit("the kernel in this container has ended; see kernel.err")
            time.sleep(0.05)
        else:
            return connection


def status_of_end(pid: int) -> int:
    """Return the exit status of the kernel's process, a signal's number plus 128 as shells have it.

    YARN tells it in the application's diagnostics, the only way in which a dead kernel can still speak. The
    process is a child of Java's, which asks nobody how its children ended: it stays to be read.
    """
    deadline = time.monotonic() + STATUS_SECONDS
    while time.monotonic() < deadline:
        try:
            # Behind the command, which may hold anything: the state is first, the status last.
            fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            break
        if fields[0] == "Z":
            status = int(fields[-1])
            return os.WTERMSIG(status) + 128 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status) or 1
        time.sleep(0.02)
    return 1


def main() -> None:
    """Hand over, then wait for the kernel's end; one without a good-bye is a failed application."""
    kernel = connect("kernel.sock")
    gateway = {name: value for name, value in os.environ.items() if name.startswith("PYSPARK_GATEWAY")}
    kernel.sendall(json.dumps(gateway).encode() + b"\n")
    said = b""
    while piece := kernel.recv(64):
        said += piece
    if said != b"bye":
        pid = struct.unpack("3i", kernel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        status = status_of_end(pid)
        name = signal.Signals(status - 128).name if status > 128 else f"status {status}"
        sys.stderr.write(f"the kernel's process has died: {name}\n")
        sys.exit(status)


main()
