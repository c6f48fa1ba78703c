"""Checks the signed token that every request to the edge carries."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt

from kubeyard_identity.caller import Caller
from kubeyard_identity.key_set import KeySetFile, KeySetUnusable

USER_NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
# Issuer and edge are different machines: their clocks may differ by this much, where nothing else is set.
LEEWAY_SECONDS = 30
REQUIRED_CLAIMS = ["exp", "iat", "sub", "aud", "iss"]


class InvalidToken(Exception):  # noqa: N818 - it names what is wrong
    """The token proves nobody's identity. The message never quotes the token."""


class Verifier:
    """Turns a token into a Caller, with the public keys of the one issuer that is trusted."""

    def __init__(
        self, jwks_file: Path, issuer: str, audience: str, leeway_seconds: int = LEEWAY_SECONDS
    ) -> None:
        self._keys = KeySetFile(jwks_file)
        self._issuer = issuer
        self._audience = audience
        self._leeway_seconds = leeway_seconds

    def caller(self, token: str) -> Caller:
        """Who this token speaks for. Raises InvalidToken."""
        try:
            claims = jwt.decode(
                token,
                self._key_for(token),
                algorithms=["RS256"],
                audience=self._audience,
                issuer=self._issuer,
                leeway=self._leeway_seconds,
                options={"require": REQUIRED_CLAIMS},
            )
        except jwt.PyJWTError as error:
            raise InvalidToken(_reason(error)) from error
        except KeySetUnusable as error:
            raise InvalidToken(str(error)) from error
        return _caller(claims)

    def _key_for(self, token: str) -> jwt.PyJWK:
        # Only the key's id is taken from the header: jwk, jku and x5u in it are the sender's own choice.
        key_id = jwt.get_unverified_header(token).get("kid")
        key = self._keys.key(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise InvalidToken("the token is signed with an unknown key")
        return key


def _reason(error: jwt.PyJWTError) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "the token has expired"
        case jwt.ImmatureSignatureError():
            return "the token is of a later time than it is here; set the clocks of both machines by NTP"
        case jwt.InvalidAudienceError():
            return "the token is meant for another service"
        case jwt.InvalidIssuerError():
            return "the token comes from another issuer"
        case jwt.MissingRequiredClaimError():
            return f"the token lacks the claim {error.claim}"
        case _:
            return "the token is not valid"


def _caller(claims: Mapping[str, Any]) -> Caller:
    name = claims["sub"]
    if not isinstance(name, str) or USER_NAME_PATTERN.fullmatch(name) is None:
        raise InvalidToken("the token's subject is not a user name")
    return Caller(
        name=name,
        groups=_words(claims, "groups"),
        roles=_words(claims, "roles"),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        issued_at=datetime.fromtimestamp(claims["iat"], UTC),
    )


def _words(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    values = claims.get(claim, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidToken(f"the token's {claim} are not a list of words")
    return frozenset(values)
