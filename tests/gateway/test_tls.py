"""The gateway's door under TLS. (The tests of identity stand before such a door too.)"""

import socket
import ssl
import subprocess
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from harness.gateway import GatewayProcess, Gateways, KernelClient, gateway_python
from harness.network_capture import MISSING, Capture, can_capture
from harness.tls import FOLDER, make_certificate
from harness.waiting import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def place(gateway: GatewayProcess) -> tuple[str, int]:
    parts = urlsplit(gateway.url)
    return parts.hostname or "", parts.port or 0


def shown(place: tuple[str, int], trusted: ssl.SSLContext) -> int:
    """The serial number of the certificate that the gateway shows now."""
    with (
        socket.create_connection(place, timeout=20) as plain,
        trusted.wrap_socket(plain, server_hostname=place[0]) as connection,
    ):
        return int(str((connection.getpeercert() or {})["serialNumber"]), 16)


def test_who_does_not_know_the_authority_sends_no_token(gateway: GatewayProcess, ada: KernelClient) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{gateway.url}/api/kernels", headers=ada.headers, timeout=10)


def test_a_certificate_of_another_name_is_not_taken(gateway: GatewayProcess) -> None:
    elsewhere = gateway.url.replace("127.0.0.1", "127.0.0.2")
    with pytest.raises(requests.exceptions.RequestException):
        requests.get(f"{elsewhere}/healthz", timeout=10, verify=gateway.ca_file)


def test_it_does_not_answer_in_clear(place: tuple[str, int]) -> None:
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(f"http://{place[0]}:{place[1]}/healthz", timeout=10)


def test_it_does_not_speak_a_version_that_is_given_up(
    place: tuple[str, int], gateway: GatewayProcess
) -> None:
    old = ssl.create_default_context(cafile=gateway.ca_file)
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(place, timeout=20) as plain, pytest.raises((ssl.SSLError, OSError)):
        old.wrap_socket(plain, server_hostname=place[0])


def test_a_renewed_certificate_is_shown_without_a_restart(
    gateway: GatewayProcess, place: tuple[str, int], ada: KernelClient, adas_kernel: str
) -> None:
    trusted = ssl.create_default_context(cafile=gateway.ca_file)
    before = shown(place, trusted)
    with ada.connect(adas_kernel) as channel:
        make_certificate(gateway.folder / FOLDER, "127.0.0.1", "localhost", "gateway.test")
        wait_until(lambda: shown(place, trusted) != before, "the new certificate is shown", 60, 1)
        assert channel.run("20 + 3") == "23"


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    return tmp_path / "certificates"


def test_a_good_certificate_is_left_as_it_is(certificates: Path) -> None:
    make_certificate(certificates, "127.0.0.1")
    before = {file.name: file.read_bytes() for file in certificates.iterdir()}
    assert "already" in make_certificate(certificates, "127.0.0.1")
    assert before == {file.name: file.read_bytes() for file in certificates.iterdir()}


def test_another_name_is_another_certificate_of_the_same_authority(certificates: Path) -> None:
    make_certificate(certificates, "127.0.0.1")
    authority, certificate = ((certificates / name).read_bytes() for name in ("ca.crt", "gateway.crt"))
    make_certificate(certificates, "gateway.example.org", "10.0.0.7")
    assert (certificates / "ca.crt").read_bytes() == authority
    assert (certificates / "gateway.crt").read_bytes() != certificate


def test_keys_are_private_and_the_authority_is_handed_out(certificates: Path, tmp_path: Path) -> None:
    public = tmp_path / "public.crt"
    make_certificate(certificates, "127.0.0.1", options=("--authority", str(public)))
    modes = {file.name: file.stat().st_mode & 0o777 for file in certificates.iterdir()}
    assert (modes["ca.key"], modes["gateway.key"], certificates.stat().st_mode & 0o777) == (
        0o600,
        0o600,
        0o700,
    )
    assert public.read_bytes() == (certificates / "ca.crt").read_bytes()


@pytest.mark.skipif(not can_capture(), reason=MISSING)
@pytest.mark.parametrize("tls", [False, True], ids=["in clear", "by TLS"])
def test_a_wire_tap_reads_tokens_and_cells_in_clear_and_nothing_under_tls(
    start_gateway: Gateways, tls: bool
) -> None:
    gateway = start_gateway(tls=tls)
    secret = uuid.uuid4().hex
    ada = gateway.client("ada")
    with Capture([urlsplit(gateway.url).port or 0]) as capture:
        with ada.connect(ada.start("kubeyard.local")) as channel:
            channel.joined()
            assert channel.run(f"print('{secret}' * 2)") == f"{secret * 2}\n"
        capture.until_more_than(2000)
    assert [capture.saw(text) for text in (secret, secret * 2, ada.token, "Bearer")] == [not tls] * 4


def test_half_a_pair_or_a_wrong_one_is_refused_at_the_start(
    start_gateway: Gateways, gateway: GatewayProcess, tmp_path: Path
) -> None:
    make_certificate(tmp_path, "127.0.0.1")
    names = ("KUBEYARD_GATEWAY_TLS_CERTIFICATE", "KUBEYARD_GATEWAY_TLS_KEY")
    for certificate, key in (("gateway.crt", ""), ("gateway.crt", "ca.key"), ("absent", "gateway.key")):
        given = dict(zip(names, (str(tmp_path / certificate), str(tmp_path / key)), strict=True))
        if not key:
            del given[names[1]]
        kept = {name: value for name, value in gateway.environment.items() if name not in names}
        command = (gateway_python(), "-m", "kubeyard_gateway")
        ended = subprocess.run(
            command, env=kept | given, capture_output=True, text=True, timeout=60, check=False
        )
        assert (ended.returncode, "Traceback" in ended.stderr) == (2, False)
        assert names[1] in ended.stderr
