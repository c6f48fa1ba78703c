"""A service's certificate that is renewed while it serves: what is taken up, and what is not."""

import ssl
from pathlib import Path

import pytest
from harness.tls import make_certificate
from kubeyard_identity.certificate_pair import CertificatePair, server_context

CERTIFICATE, KEY = "gateway.crt", "gateway.key"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_certificate(tmp_path, "127.0.0.1")
    return tmp_path


@pytest.fixture
def pair(folder: Path) -> CertificatePair:
    return CertificatePair(folder / CERTIFICATE, folder / KEY)


def names(context: ssl.SSLContext, folder: Path) -> set[str]:
    """The addresses in the certificate that somebody is shown who connects."""
    trusted = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    into_client, into_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusted.wrap_bio(into_client, into_server, server_hostname="127.0.0.1")
    server = context.wrap_bio(into_server, into_client, server_side=True)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    shown = client.getpeercert() or {}
    return {str(entry[1]) for entry in shown["subjectAltName"]}


def test_it_serves_with_its_files(pair: CertificatePair, folder: Path) -> None:
    assert names(pair.context, folder) == {"127.0.0.1"}
    assert pair.context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_files_that_did_not_change_are_not_taken_again(pair: CertificatePair) -> None:
    before = pair.context
    assert not pair.renew()
    assert pair.context is before


def test_a_renewed_pair_is_taken_once(pair: CertificatePair, folder: Path) -> None:
    make_certificate(folder, "127.0.0.1", "edge.test")
    assert pair.renew()
    assert names(pair.context, folder) == {"127.0.0.1", "edge.test"}
    assert not pair.renew()


def test_half_a_file_is_refused_until_it_is_whole(pair: CertificatePair, folder: Path) -> None:
    whole = (folder / CERTIFICATE).read_bytes()
    (folder / CERTIFICATE).write_bytes(whole[: len(whole) // 2])
    for _ in range(2):
        with pytest.raises(OSError, match=r"\[SSL\]|PEM"):
            pair.renew()
    assert names(pair.context, folder) == {"127.0.0.1"}
    (folder / CERTIFICATE).write_bytes(whole)
    assert pair.renew()


def test_anothers_key_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    make_certificate(other, "127.0.0.1")
    with pytest.raises(OSError, match="KEY_VALUES_MISMATCH"):
        server_context(folder / CERTIFICATE, other / KEY)


def test_a_pair_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        CertificatePair(tmp_path / CERTIFICATE, tmp_path / KEY)
