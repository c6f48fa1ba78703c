"""A gateway behind TLS, with an authority of its own."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from harness.gateway import GatewayProcess, gateway_python

FOLDER = "certificates"


def make_certificate(folder: Path, *hosts: str, options: Sequence[str] = ()) -> str:
    """Have the gateway's own command make what is missing in `folder`; return what it says."""
    command = (gateway_python(), "-m", "kubeyard_gateway.certificates", str(folder), *hosts, *options)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def serve_with_tls(gateway: GatewayProcess) -> None:
    """Have a gateway that is not started yet serve with TLS, and its clients know it."""
    folder = gateway.folder / FOLDER
    make_certificate(folder, "127.0.0.1", "localhost")
    gateway.environment |= {
        "KUBEYARD_GATEWAY_TLS_CERTIFICATE": str(folder / "gateway.crt"),
        "KUBEYARD_GATEWAY_TLS_KEY": str(folder / "gateway.key"),
    }
    gateway.url = gateway.url.replace("http:", "https:", 1)
    gateway.ca_file = str(folder / "ca.crt")
