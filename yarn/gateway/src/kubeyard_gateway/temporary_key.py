"""A signing key that lives for one trial: its public half stands in the key set for as long."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from kubeyard_identity.whole_file import write_whole

Keys = list[dict[str, Any]]
TOKEN_SECONDS = 600
PREFIX = "trial-"


class KeysNotChanged(Exception):  # noqa: N818 - it names what happened
    """The trial's key could not be put into the key set, or not be taken from it; the message says why."""


@contextmanager
def temporary_tokens(jwks_file: Path, issuer: str, audience: str) -> Iterator[Callable[[str], str]]:
    """Yield what makes tokens for a name; nobody takes them any more once the block is left.

    The private half never leaves this process. What an earlier trial that was cut off left in the set is
    removed as well: its private half is gone. Raises KeysNotChanged.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key_id = f"{PREFIX}{uuid.uuid4().hex}"
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    _put(jwks_file, [public | {"kid": key_id, "alg": "RS256", "use": "sig"}])

    def token(name: str) -> str:
        now = int(time.time())
        claims = {"iss": issuer, "sub": name, "aud": [audience], "groups": [], "roles": ["user"]}
        lasting = {"iat": now, "exp": now + TOKEN_SECONDS, "jti": uuid.uuid4().hex}
        return jwt.encode(claims | lasting, key, "RS256", {"kid": key_id})

    try:
        yield token
    finally:
        _put(jwks_file, [])


def _put(jwks_file: Path, trials: Keys) -> None:
    """Have the set hold these keys of trials alone, beside the web UI's, which may have come meanwhile."""
    try:
        _write(jwks_file, [*_others(jwks_file), *trials])
    except (ValueError, KeyError, TypeError) as error:
        raise KeysNotChanged(f"the public keys in {jwks_file} are damaged: install them again") from error
    except OSError as error:
        raise KeysNotChanged(f"the public keys in {jwks_file} cannot be changed: {error}") from error


def _others(jwks_file: Path) -> Keys:
    try:
        keys = [dict(key) for key in json.loads(jwks_file.read_text("utf-8"))["keys"]]
    except FileNotFoundError:
        return []
    return [key for key in keys if not str(key.get("kid", "")).startswith(PREFIX)]


def _write(jwks_file: Path, keys: Keys) -> None:
    """A set without a key is no set, and was none before the trial."""
    if not keys:
        jwks_file.unlink(missing_ok=True)
        return
    write_whole(jwks_file, json.dumps({"keys": keys}).encode(), 0o644)
