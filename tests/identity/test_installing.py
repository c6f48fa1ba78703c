"""A key set that is handed to the edge: taken as a whole, or not at all."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from harness.issuer import ISSUER, Issuer
from jwt.algorithms import RSAAlgorithm
from kubeyard_identity import Verifier
from kubeyard_identity.installing import KeySetRefused, install_key_set


@pytest.fixture
def issuer(tmp_path: Path, signing_key: rsa.RSAPrivateKey) -> Issuer:
    """Return the web UI's side, whose set lies elsewhere."""
    return Issuer(tmp_path / "web.json", key=signing_key)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "public" / "jwks.json"


def test_tokens_are_good_once_the_keys_are_in_place(issuer: Issuer, file: Path) -> None:
    done = install_key_set(issuer.jwks_file.read_bytes(), file)
    assert (done.keys, done.added, done.removed) == ({"first"}, {"first"}, set())
    caller = Verifier(file, ISSUER, "kubeyard-api").caller(issuer.token("ada"))
    assert caller.name == "ada"
    assert file.stat().st_mode & 0o777 == 0o644


def test_a_rotation_names_what_came_and_what_went(
    issuer: Issuer, file: Path, signing_key: rsa.RSAPrivateKey
) -> None:
    install_key_set(issuer.jwks_file.read_bytes(), file)
    second = Issuer(issuer.jwks_file, "second", signing_key)
    second.publish(issuer, second)
    done = install_key_set(issuer.jwks_file.read_bytes(), file)
    assert (done.added, done.removed) == ({"second"}, set())
    # A token of the old key is good until the old key goes.
    verifier = Verifier(file, ISSUER, "kubeyard-api")
    assert verifier.caller(issuer.token("ada")).name == "ada"
    second.publish(second)
    assert install_key_set(issuer.jwks_file.read_bytes(), file).removed == {"first"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html>404</html>", "it is no JSON"),
        (b"", "it is no JSON"),
        (b"{}", "no list of keys"),
        (b'{"keys": []}', "no RSA key"),
        (b'{"keys": [{"kty": "oct", "kid": "a", "k": "AAAA"}]}', "no RSA key"),
        (b'{"keys": [{"kty": "RSA", "kid": "a"}]}', "this is no key set"),
    ],
)
def test_what_is_no_key_set_changes_nothing(content: bytes, reason: str, issuer: Issuer, file: Path) -> None:
    install_key_set(issuer.jwks_file.read_bytes(), file)
    before = file.read_bytes()
    with pytest.raises(KeySetRefused, match=reason):
        install_key_set(content, file)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_a_private_key_is_refused_and_not_quoted(signing_key: rsa.RSAPrivateKey, file: Path) -> None:
    entry = RSAAlgorithm.to_jwk(signing_key, as_dict=True) | {"kid": "first"}
    with pytest.raises(KeySetRefused, match="private") as refused:
        install_key_set(json.dumps({"keys": [entry]}).encode(), file)
    assert entry["d"] not in str(refused.value)
    assert not file.exists()


def test_the_command_says_what_it_did_and_what_it_refused(issuer: Issuer, file: Path) -> None:
    command = [sys.executable, "-m", "kubeyard_identity", "install", str(file)]
    done = subprocess.run(command, input=issuer.jwks_file.read_bytes(), capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, b"1 public keys are in place; new: first.\n")
    refused = subprocess.run(command, input=b"no", capture_output=True, timeout=60)
    assert refused.returncode == 1
    assert refused.stderr == b"The keys stay as they are: this is no key set (JWKS): it is no JSON.\n"
