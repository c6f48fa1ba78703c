"""A signing key that lives for one trial: its public half stands in the key set for as long."""

import json
import os
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

Keys = list[dict[str, Any]]
TOKEN_SECONDS = 600
PREFIX = "trial-"


@contextmanager
def temporary_tokens(jwks_file: Path, issuer: str, audience: str) -> Iterator[Callable[[str], str]]:
    """Yield what makes tokens for a name; nobody takes them any more once the block is left.

    The private half never leaves this process. What an earlier trial that was cut off left in the set is
    removed as well: its private half is gone.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key_id = f"{PREFIX}{uuid.uuid4().hex}"
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    _write(jwks_file, [*_others(jwks_file), public | {"kid": key_id, "alg": "RS256", "use": "sig"}])

    def token(name: str) -> str:
        now = int(time.time())
        claims = {"iss": issuer, "sub": name, "aud": [audience], "groups": [], "roles": ["user"]}
        lasting = {"iat": now, "exp": now + TOKEN_SECONDS, "jti": uuid.uuid4().hex}
        return jwt.encode(claims | lasting, key, "RS256", {"kid": key_id})

    try:
        yield token
    finally:
        # Read again: the web UI's keys may have come meanwhile.
        _write(jwks_file, _others(jwks_file))


def _others(jwks_file: Path) -> Keys:
    with suppress(FileNotFoundError, ValueError, AttributeError):
        keys: Keys = json.loads(jwks_file.read_text("utf-8")).get("keys", [])
        return [key for key in keys if not str(key.get("kid", "")).startswith(PREFIX)]
    return []


def _write(jwks_file: Path, keys: Keys) -> None:
    """In one step; a set without a key is no set, and was none before the trial."""
    if not keys:
        jwks_file.unlink(missing_ok=True)
        return
    descriptor, fresh = tempfile.mkstemp(dir=jwks_file.parent)
    with os.fdopen(descriptor, "w") as stream:
        json.dump({"keys": keys}, stream)
        os.fchmod(stream.fileno(), 0o644)
    Path(fresh).replace(jwks_file)
