"""What the Lab's server does at its start."""

from pathlib import Path

from jupyter_server.serverapp import ServerApp

from kubeyard_lab.welcome import place_welcome


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Welcome a new user. A home that cannot be written to is no reason not to start."""
    try:
        if place_welcome(Path(server.root_dir)):
            server.log.info("placed the Welcome notebook")
    except OSError as why:
        server.log.warning("the Welcome notebook could not be placed: %s", why)
