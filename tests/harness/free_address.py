"""An address of this machine that nobody listens on."""

import socket


def free_address() -> str:
    """Return it as `127.0.0.1:port`."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"
