"""An address for a server that a test starts."""

import random
import socket

# Below those that Linux gives to outgoing connections, which on a busy machine take any other at any moment.
_PORTS = range(28_500, 32_700)


def free_address() -> str:
    """An address of this machine that nobody listens on."""
    for port in random.sample(_PORTS, len(_PORTS)):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return f"127.0.0.1:{port}"
        except OSError:
            continue
    raise AssertionError(f"every port from {_PORTS[0]} to {_PORTS[-1]} is taken")
