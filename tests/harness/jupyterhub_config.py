"""The configuration of the tests' JupyterHub: servers that only show their token, and no proxy."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from jupyterhub.proxy import Proxy  # type: ignore[import-untyped]  # JupyterHub carries no types
from jupyterhub.spawner import SimpleLocalProcessSpawner  # type: ignore[import-untyped]
from kubeyard_hub.services import tell_numbers

SERVER = """
import http.server, os, urllib.parse
class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *facts):
        pass
with open(os.environ["TOKEN_FILE"], "w") as file:
    file.write(os.environ["JUPYTERHUB_API_TOKEN"])
address = urllib.parse.urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
http.server.HTTPServer((address.hostname, address.port), Server).serve_forever()
"""


class RememberedRoutes(Proxy):  # type: ignore[misc]  # JupyterHub carries no types
    """A proxy that nobody comes through: it only remembers its routes."""

    should_start = False

    def __init__(self, **configuration: Any) -> None:
        super().__init__(**configuration)
        self._routes: dict[str, dict[str, Any]] = {}

    async def add_route(self, routespec: str, target: str, data: dict[str, Any]) -> None:
        """Remember a route."""
        self._routes[routespec] = {"routespec": routespec, "target": target, "data": data}

    async def delete_route(self, routespec: str) -> None:
        """Forget a route."""
        self._routes.pop(routespec, None)

    async def get_all_routes(self) -> dict[str, dict[str, Any]]:
        """All of them."""
        return self._routes


class ScriptedLab(SimpleLocalProcessSpawner):  # type: ignore[misc]
    """Starts a server; tells what a file says, waits while another is there, and fails by a third."""

    def _file(self, kind: str) -> Path:
        return Path.cwd() / f"{kind}-of-{self.user.name}"

    async def start(self) -> tuple[str, int]:
        """Start the server when nothing holds it up."""
        while self._file("hold").exists():
            await asyncio.sleep(0.05)
        if self._file("failure").exists():
            raise StartFailedError(self._file("failure").read_text())
        address: tuple[str, int] = await super().start()
        return address

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """What Kubernetes would have said so far, and what it says from now on."""
        told = 0
        while True:
            events = json.loads(self._file("events").read_text()) if self._file("events").exists() else []
            for event in events[told:]:
                yield {"progress": 30, "raw_event": event, "message": event["message"]}
            told = len(events)
            await asyncio.sleep(0.05)


class StartFailedError(Exception):
    """A start that failed, with words for people as our spawners give them."""

    def __init__(self, why: str) -> None:
        self.jupyterhub_message = why
        super().__init__(why)


c = get_config()  # type: ignore[name-defined]  # noqa: F821 - JupyterHub gives it
c.JupyterHub.proxy_class = RememberedRoutes
c.JupyterHub.bind_url = "http://127.0.0.1:1"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{os.environ['HUB_PORT']}"
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
c.JupyterHub.authenticator_class = "null"
c.JupyterHub.spawner_class = ScriptedLab
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}
c.SimpleLocalProcessSpawner.home_dir_template = str(Path.cwd())
c.Spawner.cmd = [sys.executable, "-c", SERVER]
c.Spawner.environment = {"TOKEN_FILE": lambda spawner: str(Path.cwd() / f"token-of-{spawner.user.name}")}
c.JupyterHub.services = [
    {"name": "tests", "api_token": os.environ["HUB_SERVICE_TOKEN"]},
    {"name": "web", "api_token": os.environ["HUB_WEB_TOKEN"]},
]
c.JupyterHub.load_roles = [
    {"name": "tests", "scopes": ["admin:users", "admin:servers", "tokens", "inherit"], "services": ["tests"]},
    {"name": "web", "scopes": ["list:users", "read:users", "read:servers", "servers"], "services": ["web"]},
]
tell_numbers(c, os.environ["HUB_METRICS_TOKEN"])
