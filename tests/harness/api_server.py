"""The API server on a real server at a free port, and callers who use it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from kubeyard_api.app import create_app
from kubeyard_api.parts import Parts, open_parts
from kubeyard_api.settings import Settings
from kubeyard_client.client import KubeyardClient
from werkzeug.serving import ThreadedWSGIServer

from harness.issuer import ISSUER, Issuer

NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens, so a call fails at once
TIMEOUT_SECONDS = 15


@dataclass(frozen=True)
class ApiServer:
    """A running API server."""

    url: str
    parts: Parts
    issuer: Issuer

    def client(self, name: str, *roles: str) -> KubeyardClient:
        """The typed client of this user."""
        return KubeyardClient(
            self.url, lambda: self.issuer.token(name, *roles), timeout_seconds=TIMEOUT_SECONDS
        )

    def send(self, method: str, path: str, token: str = "", **more: Any) -> requests.Response:
        """A bare request, with this token if any."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= more.pop("headers", {})
        return requests.request(method, self.url + path, headers=headers, timeout=TIMEOUT_SECONDS, **more)


def api_settings(folder: Path, database_url: str, issuer: Issuer, **other: Any) -> Settings:
    """Settings of an API server whose cluster and gateway are out of reach, unless said otherwise."""
    values: dict[str, Any] = {
        "issuer": ISSUER,
        "jwks_file": issuer.jwks_file,
        "api_database_url": database_url,
        "api_builds_dir": folder / "builds",
        "kernelspecs_dir": folder / "kernelspecs",
        "rm_urls": (NOWHERE,),
        "history_url": NOWHERE,
        "httpfs_url": NOWHERE,
        "gateway_url": NOWHERE,
    }
    return Settings(**values | other)


@contextmanager
def running_api(settings: Settings, issuer: Issuer) -> Iterator[ApiServer]:
    """Serve the API on a migrated database while the block lasts."""
    parts = open_parts(settings)
    server = ThreadedWSGIServer("127.0.0.1", 0, create_app(parts))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield ApiServer(f"http://127.0.0.1:{server.port}", parts, issuer)
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
        parts.close()
