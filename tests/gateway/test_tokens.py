"""Tokens that prove nothing, each against ada's own kernel."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from harness.gateway import GatewayProcess, KernelClient
from harness.issuer import Issuer

Forge = Callable[[Issuer, Issuer], str]
Sign = Callable[[bytes], bytes]


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def raw(header: dict[str, Any], body: dict[str, Any], sign: Sign = lambda _: b"") -> str:
    """A token put together by hand, since libraries refuse to make bad ones."""
    message = f"{part(json.dumps(header).encode())}.{part(json.dumps(body).encode())}"
    return f"{message}.{part(sign(message.encode()))}"


def by_rs256(issuer: Issuer) -> Sign:
    return lambda message: issuer.key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def by_hs256(secret: bytes) -> Sign:
    return lambda message: hmac.new(secret, message, hashlib.sha256).digest()


def public_pem(issuer: Issuer) -> bytes:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return issuer.key.public_key().public_bytes(serialization.Encoding.PEM, kind)


def hs256(secret: Callable[[Issuer], bytes]) -> Forge:
    return lambda good, _: raw(
        {"alg": "HS256", "kid": good.key_id}, good.claims("ada"), by_hs256(secret(good))
    )


def swapped_body(good: Issuer, _: Issuer) -> str:
    header, _body, signature = good.token("bob").split(".")
    return f"{header}.{part(json.dumps(good.claims('ada')).encode())}.{signature}"


def with_key_in_header(good: Issuer, other: Issuer) -> str:
    header = {"alg": "RS256", "kid": good.key_id, "jwk": other.public_key()}
    return raw(header, good.claims("ada"), by_rs256(other))


def with_address_of_keys(good: Issuer, other: Issuer) -> str:
    header = {"alg": "RS256", "kid": "mine", "jwk": other.public_key(), "jku": "http://127.0.0.1:9/jwks"}
    return raw(header, good.claims("ada"), by_rs256(other))


FORGERIES: dict[str, Forge] = {
    "expired": lambda good, _: good.token("ada", exp=int(time.time()) - 60),
    "not yet valid": lambda good, _: good.token("ada", nbf=int(time.time()) + 300),
    "without an end": lambda good, _: good.token("ada", exp=None),
    "for another service": lambda good, _: good.token("ada", aud=["kubeyard-api"]),
    "of another issuer": lambda good, _: good.token("ada", iss="http://elsewhere"),
    "signed by another's key": lambda _, other: other.token("ada"),
    "with an unknown key's id": lambda good, _: jwt.encode(
        good.claims("ada"), good.key, "RS256", {"kid": "nope"}
    ),
    "without a key's id": lambda good, _: raw({"alg": "RS256"}, good.claims("ada"), by_rs256(good)),
    "unsigned": lambda good, _: raw({"alg": "none", "kid": good.key_id}, good.claims("ada")),
    "unsigned, in odd case": lambda good, _: raw({"alg": "nOnE", "kid": good.key_id}, good.claims("ada")),
    "HS256 by the public PEM": hs256(public_pem),
    "HS256 by the public JWK": hs256(lambda good: json.dumps(good.public_key()).encode()),
    "HS256 by the modulus": hs256(lambda good: str(good.public_key()["n"]).encode()),
    "bob's signature under ada's claims": swapped_body,
    "for Ada": lambda good, _: good.token("Ada"),
    "for a path": lambda good, _: good.token("../ada"),
    "for nobody": lambda good, _: good.token("ada", sub=None),
    "with its key in the header": with_key_in_header,
    "with the address of its keys": with_address_of_keys,
    "empty": lambda *_: "",
    "no token at all": lambda *_: "three.little.words",
}


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory, gateway: GatewayProcess) -> Issuer:
    """Somebody with a key of his own and our key's id."""
    return Issuer(tmp_path_factory.mktemp("other") / "jwks.json", gateway.issuer.key_id)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_is_refused(
    gateway: GatewayProcess, other: Issuer, adas_kernel: str, forgery: str
) -> None:
    token = FORGERIES[forgery](gateway.issuer, other)
    answer = gateway.client_with(token).send("GET", f"/api/kernels/{adas_kernel}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert not token or token not in answer.text


@pytest.mark.parametrize("scheme", ["token", "Basic", ""])
def test_only_the_bearer_scheme_counts(
    gateway: GatewayProcess, ada: KernelClient, adas_kernel: str, scheme: str
) -> None:
    headers = {"Authorization": f"{scheme} {ada.token}".strip()}
    answer = gateway.send("GET", f"/api/kernels/{adas_kernel}", headers)
    assert answer.status_code == 401


def test_a_token_in_the_query_does_not_count_and_is_not_logged(
    gateway: GatewayProcess, ada: KernelClient, adas_kernel: str
) -> None:
    answer = gateway.send("GET", f"/api/kernels/{adas_kernel}?token={ada.token}")
    assert answer.status_code == 401
    assert ada.token not in gateway.log.read_text()


def test_a_key_that_was_replaced_no_longer_counts(
    gateway: GatewayProcess, tmp_path_factory: pytest.TempPathFactory
) -> None:
    old = gateway.issuer
    new = Issuer(tmp_path_factory.mktemp("rotated") / "jwks.json", "second")
    client = gateway.client_with(new.token("ada"))
    assert client.send("GET", "/api/kernels").status_code == 401
    try:
        old.publish(new)
        assert client.send("GET", "/api/kernels").status_code == 200
        assert gateway.client("ada").send("GET", "/api/kernels").status_code == 401
    finally:
        old.publish(old)


def test_no_secret_is_readable_by_others(gateway: GatewayProcess, adas_kernel: str) -> None:
    state = gateway.folder / "state"
    assert (state / "kernel_sessions" / f"{adas_kernel}.json").is_file()
    assert state.stat().st_mode & 0o077 == 0
    for path in state.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_no_signing_key_is_logged(gateway: GatewayProcess, adas_kernel: str) -> None:
    session = json.loads((gateway.folder / "state" / "kernel_sessions" / f"{adas_kernel}.json").read_text())
    key = session[adas_kernel]["connection_info"]["key"]
    assert key
    assert key not in gateway.log.read_text()
