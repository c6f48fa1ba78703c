"""What the Lab's server does at its start."""

import time
from datetime import datetime
from pathlib import Path

from jupyter_server.gateway.gateway_client import GatewayClient
from jupyter_server.serverapp import ServerApp

from kubeyard_lab.attendance import Attendance, Spares
from kubeyard_lab.authority import trust
from kubeyard_lab.ending import end_when_told
from kubeyard_lab.renewer import GatewayTokenRenewer
from kubeyard_lab.waits import SCHEMA
from kubeyard_lab.welcome import place_welcome


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Welcome a new user. A home that cannot be written to is no reason not to start."""
    end_when_told(server)
    try:
        if place_welcome(Path(server.root_dir)):
            server.log.info("placed the Welcome notebook")
    except OSError as why:
        server.log.warning("the Welcome notebook could not be placed: %s", why)
    trust(GatewayClient.instance())
    if server.event_logger is not None:
        # Before any page listens: who listens to all events hears those that are known by then.
        server.event_logger.register_event_schema(SCHEMA)
    _attend(server)


def _attend(server: ServerApp) -> None:
    """Have a warm kernel wait for the first notebook; a Lab without our gateway's token has no spares."""
    gateway = GatewayClient.instance()
    renewer = gateway.gateway_token_renewer
    if not gateway.url or not isinstance(renewer, GatewayTokenRenewer):
        return
    spares = Spares(f"{gateway.url.rstrip('/')}/api/spares", renewer.token.current, gateway.ca_certs)

    def idle_seconds() -> float:
        since: datetime = server.web_app.last_activity()  # type: ignore[no-untyped-call]
        return time.time() - since.timestamp()

    Attendance(spares, idle_seconds, server.log).start()
