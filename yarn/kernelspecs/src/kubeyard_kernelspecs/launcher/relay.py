"""Spark's Python "application": hands the JVM's gateway to the kernel, and lives as long as it does."""

import json
import os
import socket
import sys
import time

# The kernel is up long before Java: waiting longer would only delay the end of a failed start.
WAIT_SECONDS = 20


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


def main() -> None:
    """Hand over, then wait for the kernel's end; one without a good-bye is a failed application."""
    kernel = connect("kernel.sock")
    gateway = {name: value for name, value in os.environ.items() if name.startswith("PYSPARK_GATEWAY")}
    kernel.sendall(json.dumps(gateway).encode() + b"\n")
    said = b""
    while piece := kernel.recv(64):
        said += piece
    if said != b"bye":
        sys.exit("the kernel's process has died")


main()
