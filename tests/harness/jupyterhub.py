"""A real JupyterHub that starts real servers of its users, without a proxy before it."""

import json
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from harness.waiting import wait_until

CONFIGURATION = Path(__file__).with_name("jupyterhub_config.py")
TIMEOUT_SECONDS = 10
CONFLICT = 409


class JupyterHub:
    """A running Hub, used through its API by a service with all rights."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/hub/api"
        self._folder = folder
        self._headers = {"Authorization": f"token {secrets.token_hex(16)}"}
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "HUB_PORT": str(port),
            "HUB_SERVICE_TOKEN": self._headers["Authorization"].partition(" ")[2],
            "HUB_WEB_TOKEN": secrets.token_hex(16),
            "HUB_METRICS_TOKEN": secrets.token_hex(16),
        }
        # A secret of the web UI's rights, as a file that it can be given.
        self.web_token_file = folder / "web-token"
        self.web_token_file.touch(mode=0o600)
        self.web_token_file.write_text(self.environment["HUB_WEB_TOKEN"])

    def told_to_web_ui(self, hub_url: str, sizes: Sequence[object] = ()) -> dict[str, Any]:
        """The settings of a web UI before this Hub, whose browsers find it at `hub_url`.

        With sizes, people choose one of them before their Lab starts.
        """
        told = {
            "hub_api_url": self.url,
            "hub_url": hub_url,
            "web_hub_service_token_file": self.web_token_file,
        }
        if not sizes:
            return told
        pods = self._folder / "pods.json"
        pods.write_text(json.dumps({"profiles": sizes}))
        return told | {"lab_pods_file": pods}

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            return requests.get(f"{self.url}/", timeout=2).ok
        except requests.RequestException:
            return False

    def know(self, name: str) -> None:
        """Let somebody have logged in at the Hub, perhaps more than once."""
        self._post(f"/users/{name}", allowed=(CONFLICT,))

    def script(self, kind: str, name: str, content: object = None) -> None:
        """Put down what a start of this user meets: `events`, `hold` or `failure`; None takes it away."""
        file = self._folder / f"{kind}-of-{name}"
        if content is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(content if isinstance(content, str) else json.dumps(content))

    def server_token(self, name: str) -> str:
        """Start this user's server and return the Hub token that it was given."""
        file = self._folder / f"token-of-{name}"
        self._post(f"/users/{name}")
        self._post(f"/users/{name}/server")
        return wait_until(
            lambda: file.read_text() if file.exists() else "", f"the server of {name} has its token", 60
        )

    def token(self, name: str, *scopes: str) -> str:
        """A token for this user, of these scopes."""
        return str(self._post(f"/users/{name}/tokens", {"scopes": list(scopes)})["token"])

    def whose(self, token: str) -> requests.Response:
        """What the Hub says of a token."""
        headers = {"Authorization": f"token {token}"}
        return requests.get(f"{self.url}/user", headers=headers, timeout=TIMEOUT_SECONDS)

    def _post(
        self, path: str, body: dict[str, Any] | None = None, allowed: tuple[int, ...] = ()
    ) -> dict[str, Any]:
        answer = requests.post(
            self.url + path, json=body or {}, headers=self._headers, timeout=TIMEOUT_SECONDS
        )
        if answer.status_code in allowed:
            return {}
        answer.raise_for_status()
        found = answer.json() if answer.content else {}
        return found if isinstance(found, dict) else {}


@contextmanager
def running_jupyterhub(folder: Path) -> Iterator[JupyterHub]:
    """Start one in a folder; in the end it stops the servers that it started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        hub = JupyterHub(folder, free.getsockname()[1])
    with (folder / "hub.log").open("wb") as log:
        argv = [sys.executable, "-m", "jupyterhub", "-f", str(CONFIGURATION)]
        process = subprocess.Popen(argv, cwd=folder, env=hub.environment, stdout=log, stderr=log)
    try:
        wait_until(lambda: hub.is_up() or process.poll() is not None, "JupyterHub answers", 60)
        assert process.poll() is None, (folder / "hub.log").read_text()
        yield hub
    finally:
        process.terminate()
        process.wait(timeout=30)
