"""Who a token speaks for, and every way in which a token proves nothing."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from harness.issuer import GOOD_FOR_SECONDS, ISSUER, Issuer
from kubeyard_identity import InvalidToken, Verifier

ENOUGH_SECONDS = 60


@pytest.fixture
def issuer(tmp_path: Path, signing_key: rsa.RSAPrivateKey) -> Issuer:
    """Return an issuer whose key set the verifier reads."""
    return Issuer(tmp_path / "jwks.json", key=signing_key)


@pytest.fixture
def verifier(issuer: Issuer) -> Verifier:
    """Return a verifier for the API's audience."""
    return Verifier(issuer.jwks_file, ISSUER, "kubeyard-api")


def test_good_token_names_its_caller(issuer: Issuer, verifier: Verifier) -> None:
    caller = verifier.caller(issuer.token("ada", "user", groups=["analysts"]))
    assert (caller.name, caller.groups, caller.roles) == ("ada", frozenset({"analysts"}), frozenset({"user"}))
    assert not caller.is_admin
    assert not caller.is_service
    assert 0 <= GOOD_FOR_SECONDS - (caller.expires_at.timestamp() - time.time()) < 10


def test_roles_make_administrators_and_services(issuer: Issuer, verifier: Verifier) -> None:
    assert verifier.caller(issuer.token("admin", "user", "admin")).is_admin
    assert verifier.caller(issuer.token("kubeyard-web", "service")).is_service


def test_a_clock_that_is_a_little_off_is_forgiven(issuer: Issuer, verifier: Verifier) -> None:
    now = int(time.time())
    assert verifier.caller(issuer.token("ada", exp=now - 20)).name == "ada"
    assert verifier.caller(issuer.token("ada", iat=now + 20, exp=now + 600)).name == "ada"


def test_how_far_off_a_clock_may_be_is_a_setting(issuer: Issuer) -> None:
    ended = issuer.token("ada", exp=int(time.time()) - 10)
    patient, strict = (Verifier(issuer.jwks_file, ISSUER, "kubeyard-api", seconds) for seconds in (60, 1))
    assert patient.caller(ended).name == "ada"
    with pytest.raises(InvalidToken, match="has expired"):
        strict.caller(ended)


@pytest.mark.parametrize("claim", ["exp", "iat", "sub", "aud", "iss"])
def test_token_without_a_required_claim_is_refused(issuer: Issuer, verifier: Verifier, claim: str) -> None:
    token = issuer.token("ada", **{claim: None})
    with pytest.raises(InvalidToken, match=claim if claim not in ("aud", "iss") else "token"):
        verifier.caller(token)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": int(time.time()) - ENOUGH_SECONDS}, "expired"),
        ({"iat": int(time.time()) + 86_400}, "set the clocks of both machines by NTP"),
        ({"nbf": int(time.time()) + 86_400}, "later time"),
        ({"aud": ["kubeyard-gateway"]}, "another service"),
        ({"aud": "somebody"}, "another service"),
        ({"iss": "http://elsewhere.test"}, "another issuer"),
        ({"sub": "Ada"}, "not a user name"),
        ({"sub": "../ada"}, "not a user name"),
        ({"sub": ""}, "not a user name"),
        ({"sub": "ada\n"}, "not a user name"),
        ({"sub": "a" * 64}, "not a user name"),
        ({"roles": "admin"}, "roles"),
        ({"roles": [["admin"]]}, "roles"),
        ({"groups": {"admin": True}}, "groups"),
    ],
)
def test_token_with_a_wrong_claim_is_refused(
    issuer: Issuer, verifier: Verifier, claims: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidToken, match=reason):
        verifier.caller(issuer.token("ada", **claims))


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _unsigned(issuer: Issuer, algorithm: str) -> str:
    return f"{_part({'alg': algorithm, 'kid': 'first'})}.{_part(issuer.claims('ada', 'admin'))}."


def _hmac_with(secret: bytes, issuer: Issuer) -> str:
    # By hand: the library refuses to make such a token.
    signed = f"{_part({'alg': 'HS256', 'kid': 'first'})}.{_part(issuer.claims('ada'))}"
    signature = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _hmac_with_public_key(issuer: Issuer) -> str:
    pem = issuer.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return _hmac_with(pem, issuer)


def _hmac_with_modulus(issuer: Issuer) -> str:
    return _hmac_with(base64.urlsafe_b64decode(issuer.public_key()["n"] + "=="), issuer)


def _other_key(issuer: Issuer) -> str:
    stranger = Issuer(issuer.jwks_file.with_name("stranger.json"))
    return stranger.token("ada")


def _unknown_key_id(issuer: Issuer) -> str:
    return jwt.encode(issuer.claims("ada"), issuer.key, "RS256", {"kid": "second"})


def _no_key_id(issuer: Issuer) -> str:
    return jwt.encode(issuer.claims("ada"), issuer.key, "RS256")


def _own_key_in_header(issuer: Issuer) -> str:
    stranger = Issuer(issuer.jwks_file.with_name("stranger.json"))
    headers = {"kid": "first", "jwk": stranger.public_key(), "jku": "http://127.0.0.1:9/jwks.json"}
    return jwt.encode(issuer.claims("ada"), stranger.key, "RS256", headers)


def _swapped_body(issuer: Issuer) -> str:
    header, _, signature = issuer.token("eve").split(".")
    return f"{header}.{_part(issuer.claims('ada'))}.{signature}"


def _other_algorithm(issuer: Issuer) -> str:
    return jwt.encode(issuer.claims("ada"), issuer.key, "RS512", {"kid": "first"})


@pytest.mark.parametrize(
    "forge",
    [
        lambda issuer: _unsigned(issuer, "none"),
        lambda issuer: _unsigned(issuer, "None"),
        lambda issuer: _unsigned(issuer, "RS256"),
        _hmac_with_public_key,
        _hmac_with_modulus,
        _other_key,
        _unknown_key_id,
        _no_key_id,
        _own_key_in_header,
        _swapped_body,
        _other_algorithm,
        lambda _issuer: "",
        lambda _issuer: "not-a-token",
        lambda _issuer: "a.b.c",
    ],
)
def test_forged_token_is_refused(issuer: Issuer, verifier: Verifier, forge: Callable[[Issuer], str]) -> None:
    token = forge(issuer)
    with pytest.raises(InvalidToken) as refusal:
        verifier.caller(token)
    assert not token or token not in str(refusal.value)


def test_new_key_is_known_as_soon_as_the_file_has_it(issuer: Issuer, verifier: Verifier) -> None:
    verifier.caller(issuer.token("ada"))
    second = Issuer(issuer.jwks_file.with_name("second.json"), "second")
    issuer.publish(issuer, second)
    assert verifier.caller(second.token("ada")).name == "ada"
    assert verifier.caller(issuer.token("ada")).name == "ada"


def test_key_that_was_taken_away_is_refused_at_once(issuer: Issuer, verifier: Verifier) -> None:
    token = issuer.token("ada")
    verifier.caller(token)
    issuer.publish(Issuer(issuer.jwks_file.with_name("second.json"), "second"))
    with pytest.raises(InvalidToken, match="unknown key"):
        verifier.caller(token)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"keys": []}', '{"keys": [{"kty": "RSA", "kid": "first"}]}']
)
def test_unusable_key_set_refuses_everybody(issuer: Issuer, verifier: Verifier, content: str) -> None:
    token = issuer.token("ada")
    verifier.caller(token)
    issuer.jwks_file.write_text(content)
    with pytest.raises(InvalidToken, match="key set"):
        verifier.caller(token)
    issuer.publish(issuer)
    assert verifier.caller(token).name == "ada"


def test_absent_key_set_is_told_by_its_name(issuer: Issuer, verifier: Verifier) -> None:
    issuer.jwks_file.unlink()
    with pytest.raises(InvalidToken, match=r"jwks\.json"):
        verifier.caller(issuer.token("ada"))


def test_shared_secret_in_the_key_set_signs_nothing(issuer: Issuer, verifier: Verifier) -> None:
    secret = b"0123456789abcdef0123456789abcdef"
    entry = {"kty": "oct", "kid": "shared", "k": base64.urlsafe_b64encode(secret).rstrip(b"=").decode()}
    issuer.jwks_file.write_text(json.dumps({"keys": [issuer.public_key(), entry]}))
    with pytest.raises(InvalidToken, match="unknown key"):
        verifier.caller(jwt.encode(issuer.claims("ada"), secret, "HS256", {"kid": "shared"}))
