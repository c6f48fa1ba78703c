"""Certificates as tests need them, and a gateway behind TLS with an authority of its own."""

import ssl
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from harness.gateway import GatewayProcess, gateway_python

FOLDER = "certificates"


def make_certificate(folder: Path, *hosts: str, options: Sequence[str] = ()) -> str:
    """Have the gateway's own command make what is missing in `folder`; return what it says."""
    command = (gateway_python(), "-m", "kubeyard_gateway.certificates", str(folder), *hosts, *options)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_revocations(file: Path) -> Path:
    """Write what an authority revoked, which is PEM, and no certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority")])
    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder(name, now, now + timedelta(days=1))
    made = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return file


def context_of(folder: Path) -> ssl.SSLContext:
    """What a server of another kind shows: the certificate that `make_certificate` made in `folder`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "gateway.crt", folder / "gateway.key")
    return context


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
