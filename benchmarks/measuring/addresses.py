"""Ports for what a benchmark starts."""

import random
import socket

# Below those that Linux gives to outgoing connections, which on a busy machine take any other at any moment.
_PORTS = range(24_500, 28_400)


def free_port() -> int:
    """A port that nobody listens on."""
    for port in random.sample(_PORTS, len(_PORTS)):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise SystemExit(f"Every port from {_PORTS[0]} to {_PORTS[-1]} is taken: end what listens there.")
