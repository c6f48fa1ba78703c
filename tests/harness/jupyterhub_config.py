"""The configuration of the tests' JupyterHub: servers that only show their token, and no proxy."""

import os
import sys
from pathlib import Path
from typing import Any

from jupyterhub.proxy import Proxy  # type: ignore[import-untyped]  # JupyterHub carries no types

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


c = get_config()  # type: ignore[name-defined]  # noqa: F821 - JupyterHub gives it
c.JupyterHub.proxy_class = RememberedRoutes
c.JupyterHub.bind_url = "http://127.0.0.1:1"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{os.environ['HUB_PORT']}"
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
c.JupyterHub.authenticator_class = "null"
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(Path.cwd())
c.Spawner.cmd = [sys.executable, "-c", SERVER]
c.Spawner.environment = {"TOKEN_FILE": lambda spawner: str(Path.cwd() / f"token-of-{spawner.user.name}")}
c.JupyterHub.services = [{"name": "tests", "api_token": os.environ["HUB_SERVICE_TOKEN"]}]
c.JupyterHub.load_roles = [
    {"name": "tests", "scopes": ["admin:users", "admin:servers", "tokens", "inherit"], "services": ["tests"]}
]
