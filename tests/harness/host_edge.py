"""The edge node of a test cluster: an api-server and a gateway on this machine, in front of the real Hadoop.

They listen where the cluster's pods can reach them, and believe the web UI that runs in the cluster.
"""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import requests

from harness.free_address import free_address
from harness.gateway import gateway_python
from harness.platform import Platform
from harness.waiting import wait_until

SERVES_SECONDS = 60
_NO_KEYS = '{"keys": []}'


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    return int(free_address().rpartition(":")[2])


class HostEdge:
    """Both services, for as long as they are used as a context manager."""

    def __init__(self, platform: Platform, folder: Path, address: str, issuer: str) -> None:
        self.address = address
        self.api_port, self.gateway_port = free_port(), free_port()
        self.folder = folder
        self._keys = folder / "jwks.json"
        self._keys.write_text(_NO_KEYS)
        self._environment = {
            **platform.environment,
            "PATH": os.environ["PATH"],
            "KUBEYARD_ISSUER": issuer,
            "KUBEYARD_JWKS_FILE": str(self._keys),
            "KUBEYARD_API_BIND": f"0.0.0.0:{self.api_port}",
            "KUBEYARD_API_DATABASE_URL": f"sqlite:///{folder}/api.sqlite",
            "KUBEYARD_API_BUILDS_DIR": str(folder / "builds"),
            "KUBEYARD_GATEWAY_BIND": f"0.0.0.0:{self.gateway_port}",
            "KUBEYARD_GATEWAY_RESPONSE": f"127.0.0.1:{free_port()}",
            "KUBEYARD_GATEWAY_STATE_DIR": str(folder / "state"),
            "KUBEYARD_GATEWAY_URL": f"http://127.0.0.1:{self.gateway_port}",
            "KUBEYARD_GATEWAY_SPARES": "0",
        }
        for secure in [name for name in self._environment if "_TLS_" in name or name.endswith("_CA_FILE")]:
            del self._environment[secure]
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "HostEdge":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def know(self, keys: bytes) -> None:
        """Take over the web UI's public keys, as an operator hands them over."""
        fresh = self._keys.with_suffix(".new")
        fresh.write_bytes(keys)
        fresh.replace(self._keys)

    def start(self) -> None:
        """Start both, and wait until they serve."""
        (self.folder / "builds").mkdir(exist_ok=True)
        api = (sys.executable, "-m", "kubeyard_api")
        subprocess.run([*api, "migrate"], env=self._environment, timeout=60, check=True)
        self._begin("api-server", *api, "serve")
        self._begin("gateway", gateway_python(), "-m", "kubeyard_gateway")
        wait_until(partial(self._serves, "api-server", self.api_port), "api-server serves", SERVES_SECONDS)
        wait_until(partial(self._serves, "gateway", self.gateway_port), "gateway serves", SERVES_SECONDS)

    def stop(self) -> None:
        """End both; kernels in YARN go on."""
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            process.wait(SERVES_SECONDS)
        self._running.clear()

    def logs(self) -> str:
        """The ends of both logs, for a failure's message."""
        ends = {file.name: file.read_text(errors="replace")[-4000:] for file in self.folder.glob("*.log")}
        return "\n".join(f"==== {name}\n{end}" for name, end in ends.items())

    def _begin(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command,
                env=self._environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _serves(self, name: str, port: int) -> bool:
        status = self._running[name].poll()
        assert status is None, f"{name} ended with {status}: {self.logs()}"
        try:
            return requests.get(f"http://{self.address}:{port}/healthz", timeout=2).ok
        except requests.RequestException:
            return False
