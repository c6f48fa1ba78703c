"""An address for a server that a test starts."""

import fcntl
import os
import random
import socket
import tempfile
from collections import deque
from pathlib import Path

# Below those that Linux gives to outgoing connections, which on a busy machine take any other at any moment,
# and those that a cluster on this machine takes over for its Services.
_PORTS = range(28_500, 30_000)
# A port is given out a while before a server takes it. Meanwhile a file of its name is locked: neither this
# process nor one beside it gives the same one out, until as many others have been given.
_HELD_AT_ONCE = 200
_FOLDER = Path(tempfile.gettempdir()) / f"kubeyard-test-ports-{os.getuid()}"
_held: deque[int] = deque()


def free_address() -> str:
    """An address of this machine that nobody listens on, and that no other test was told of just now."""
    _FOLDER.mkdir(mode=0o700, exist_ok=True)
    for port in random.sample(_PORTS, len(_PORTS)):
        if _is_free(port) and _hold(port):
            return f"127.0.0.1:{port}"
    raise AssertionError(f"every port from {_PORTS[0]} to {_PORTS[-1]} is taken")


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def _hold(port: int) -> bool:
    lock = os.open(_FOLDER / str(port), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    _held.append(lock)
    if len(_held) > _HELD_AT_ONCE:
        os.close(_held.popleft())
    return True
