"""The gateway behind TLS on one machine: who makes the certificate, and who is told of it."""

import os
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from harness.gateway import gateway_python
from kubeyard_local import gateway_certificate, process_table
from kubeyard_local.accounts import Account, Accounts
from kubeyard_local.layout import Layout
from kubeyard_local.settings import Settings, from_environment

pytestmark = pytest.mark.slow


@pytest.fixture
def owners() -> Accounts:
    own = Account("", os.geteuid(), os.getegid())
    return Accounts(own, own, own)


@pytest.fixture
def with_tls(environment: dict[str, str]) -> Settings:
    return from_environment({**environment, "KUBEYARD_GATEWAY_TLS": "1"})


def environments(settings: Settings, owners: Accounts) -> dict[str, dict[str, str]]:
    return {one.name: dict(one.environment) for one in process_table.services(settings, owners)}


def test_everybody_reaches_the_gateway_by_tls_and_knows_its_authority(
    with_tls: Settings, owners: Accounts
) -> None:
    told = environments(with_tls, owners)
    authority = str(gateway_certificate.authority(with_tls.layout))
    for name in ("api", "hub"):
        assert told[name]["KUBEYARD_GATEWAY_URL"].startswith("https://127.0.0.1:")
        assert told[name]["KUBEYARD_GATEWAY_CA_FILE"] == authority
    assert told["api"]["KUBEYARD_API_URL"].startswith("http://")
    assert [name for name, one in told.items() if "KUBEYARD_GATEWAY_TLS_KEY" in one] == ["gateway"]


def test_without_the_setting_nothing_is_told(settings: Settings, owners: Accounts) -> None:
    told = environments(settings, owners)
    assert told["hub"]["KUBEYARD_GATEWAY_URL"].startswith("http://")
    assert not [name for name, one in told.items() if "KUBEYARD_GATEWAY_CA_FILE" in one]


def test_the_start_makes_a_certificate_that_clients_take(
    with_tls: Settings, layout: Layout, owners: Accounts
) -> None:
    python = layout.python("gateway")
    python.parent.mkdir(parents=True)
    python.symlink_to(_wrapper(layout))
    for place in (layout.secrets, layout.public):
        place.mkdir(parents=True, exist_ok=True)
    gateway_certificate.ensure(with_tls, owners)
    told = gateway_certificate.gateway_settings(with_tls)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(told["KUBEYARD_GATEWAY_TLS_CERTIFICATE"], told["KUBEYARD_GATEWAY_TLS_KEY"])
    checked = subprocess.run(
        [sys.executable, "-c", _VERIFY, *told.values(), str(gateway_certificate.authority(layout))],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert checked.stdout == "known\n", checked.stderr
    assert gateway_certificate.authority(layout).stat().st_mode & 0o777 == 0o644
    assert gateway_certificate.folder(layout).stat().st_mode & 0o777 == 0o700


_VERIFY = """
import socket, ssl, sys, threading
certificate, key, authority = sys.argv[1:]
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain(certificate, key)
one, other = socket.socketpair()
threading.Thread(target=lambda: server.wrap_socket(one, server_side=True), daemon=True).start()
ssl.create_default_context(cafile=authority).wrap_socket(other, server_hostname="127.0.0.1")
print("known")
"""


def _wrapper(layout: Layout) -> Path:
    """The gateway's interpreter, called from where the platform would have its own."""
    script = layout.home / "gateway-python"
    script.write_text(f'#!/bin/sh\nexec {gateway_python()} "$@"\n')
    script.chmod(0o755)
    return script
