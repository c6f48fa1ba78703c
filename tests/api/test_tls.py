"""The server behind TLS: nothing in clear beside it, and a renewed certificate without a restart."""

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from harness.api_server import NOWHERE
from harness.free_address import free_address
from harness.issuer import Issuer
from harness.tls import make_certificate
from harness.waiting import wait_until

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Served:
    """A server behind TLS, and the folder of its certificate."""

    address: str
    folder: Path

    @property
    def authority(self) -> str:
        return str(self.folder / "ca.crt")

    def answers(self) -> bool:
        try:
            return requests.get(f"https://{self.address}/healthz", timeout=5, verify=self.authority).ok
        except requests.RequestException:
            return False

    def serial_number(self) -> str:
        """Of the certificate that it shows now."""
        host, port = self.address.split(":")
        trusted = ssl.create_default_context(cafile=self.authority)
        with (
            socket.create_connection((host, int(port)), timeout=10) as plain,
            trusted.wrap_socket(plain, server_hostname=host) as connection,
        ):
            return str((connection.getpeercert() or {})["serialNumber"])


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serve on a database of its own, the cluster out of reach."""
    folder, address = tmp_path / "tls", free_address()
    make_certificate(folder, "127.0.0.1")
    environment = _environment(tmp_path, address)
    command = [sys.executable, "-m", "kubeyard_api"]
    subprocess.run([*command, "migrate"], env=environment, check=True, timeout=60)
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([*command, "serve"], env=environment, stdout=log, stderr=log)
    try:
        yield Served(address, folder)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _environment(folder: Path, address: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "KUBEYARD_JWKS_FILE": str(Issuer(folder / "jwks.json").jwks_file),
        "KUBEYARD_API_BIND": address,
        "KUBEYARD_API_DATABASE_URL": f"sqlite:///{folder}/api.db",
        "KUBEYARD_API_BUILDS_DIR": str(folder / "builds"),
        "KUBEYARD_KERNELSPECS_DIR": str(folder / "kernelspecs"),
        "KUBEYARD_API_TLS_CERTIFICATE": str(folder / "tls" / "gateway.crt"),
        "KUBEYARD_API_TLS_KEY": str(folder / "tls" / "gateway.key"),
        **{f"KUBEYARD_{name}": NOWHERE for name in ("RM_URLS", "HISTORY_URL", "HTTPFS_URL", "GATEWAY_URL")},
    }


def test_it_speaks_tls_only_and_shows_a_renewed_certificate(served: Served) -> None:
    wait_until(served.answers, "the server answers", timeout_seconds=60)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://{served.address}/healthz", timeout=10)
    before = served.serial_number()
    # Other names make another certificate of the same authority.
    make_certificate(served.folder, "127.0.0.1", "edge.test")
    assert served.serial_number() != before
    # Half a file, as a copy under way leaves it: the last good pair goes on.
    after = served.serial_number()
    (served.folder / "gateway.crt").write_text("-----BEGIN CERTIFICATE-----\n")
    assert served.serial_number() == after
