"""The web UI's commands as processes of their own, in a folder of a test."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from harness.waiting import wait_until
from harness.web_ui import settings_in


class Commands:
    """Runs `python -m kubeyard_web` in an environment of its own."""

    def __init__(self, folder: Path) -> None:
        settings = settings_in(folder / "state")
        self.home = folder / "home"
        self.home.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.bind = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{self.bind}"
        self.environment = {"HOME": str(self.home), "PATH": os.environ["PATH"]}
        self.set(ISSUER=self.url, WEB_BIND=self.bind, API_URL="http://127.0.0.1:9")
        for name in ("jwks_file", "web_database_url", "web_secret_key_file", "web_signing_keys_file"):
            self.set(**{name.upper(): str(getattr(settings, name))})
        self.set(WEB_HUB_CLIENT_SECRET_FILE=str(settings.web_hub_client_secret_file))

    def set(self, **values: str) -> None:
        """Set KUBEYARD_* variables."""
        self.environment |= {f"KUBEYARD_{name}": value for name, value in values.items()}

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        argv = [sys.executable, "-m", "kubeyard_web", command]
        return subprocess.run(
            argv, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    @contextmanager
    def serving(self, log: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Serve while the block lasts."""
        with log.open("wb") as out:
            argv = [sys.executable, "-m", "kubeyard_web", "serve"]
            process = subprocess.Popen(argv, env=self.environment, stdout=out, stderr=out)
        try:
            wait_until(self._is_ready, "the web UI is ready", timeout_seconds=60)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=2).ok
        except requests.RequestException:
            return False
