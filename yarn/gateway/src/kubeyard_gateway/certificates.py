"""`python -m kubeyard_gateway.certificates`: an authority of one's own, and the gateway's certificate."""

import argparse
import datetime
import ipaddress
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from kubeyard_identity.whole_file import write_whole

AUTHORITY_DAYS = 3650
# What clients of every kind still take; renewed by the same command.
SERVER_DAYS = 397
RENEWED_BEFORE_DAYS = 30


@dataclass(frozen=True)
class Certificates:
    """The files of one folder: the authority's for clients, and the gateway's own."""

    folder: Path

    @property
    def authority(self) -> Path:
        """What clients are given, to know the gateway by."""
        return self.folder / "ca.crt"

    @property
    def authority_key(self) -> Path:
        """What signs; needed for the next certificate only."""
        return self.folder / "ca.key"

    @property
    def certificate(self) -> Path:
        """What the gateway shows."""
        return self.folder / "gateway.crt"

    @property
    def key(self) -> Path:
        """What proves that the certificate is the gateway's own."""
        return self.folder / "gateway.key"


def make_certificate(folder: Path, hosts: Sequence[str]) -> bool:
    """Have `folder` hold a certificate for `hosts` that lasts; return whether one was made.

    The authority is made once. The certificate is made anew when it ends soon or names other hosts.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = Certificates(folder)
    if not files.authority.exists():
        _make_authority(files)
    if files.certificate.exists() and _is_good(files.certificate, hosts):
        return False
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    signer = serialization.load_pem_private_key(files.authority_key.read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{files.authority_key} is no key that was made here; give another folder")
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    made = (
        _begin(hosts[0], authority.subject, key, SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName([_name(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    write_whole(files.key, _pem(key), 0o600)
    write_whole(files.certificate, made.public_bytes(serialization.Encoding.PEM), 0o644)
    return True


def _make_authority(files: Certificates) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject("Kubeyard's own authority for its gateway")
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    made = (
        _begin("", subject, key, AUTHORITY_DAYS)
        .subject_name(subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_whole(files.authority_key, _pem(key), 0o600)
    write_whole(files.authority, made.public_bytes(serialization.Encoding.PEM), 0o644)


def _begin(
    host: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks differ.
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=days))
    )
    return builder.subject_name(_subject(host)) if host else builder


def _is_good(certificate: Path, hosts: Sequence[str]) -> bool:
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    left = found.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return left.days > RENEWED_BEFORE_DAYS and list(names) == [_name(host) for host in hosts]


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _subject(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def main() -> int:
    """Make what is missing, and say what is there."""
    parser = argparse.ArgumentParser(prog="python -m kubeyard_gateway.certificates", description=__doc__)
    parser.add_argument("folder", type=Path, help="for the keys and certificates; kept private")
    parser.add_argument("hosts", nargs="+", help="each name and address that clients use for the gateway")
    parser.add_argument("--authority", type=Path, help="where the authority's certificate goes for clients")
    given = parser.parse_args()
    try:
        made = make_certificate(given.folder, given.hosts)
        files = Certificates(given.folder)
        if given.authority is not None:
            write_whole(given.authority, files.authority.read_bytes(), 0o644)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"the certificate was not made: {error}\n")
        return 1
    what = "made" if made else "there already and good"
    sys.stdout.write(f"{files.certificate} is {what}; clients know it by {files.authority}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
