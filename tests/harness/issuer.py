"""An issuer of signed tokens, as the web UI is one, for tests of what checks them."""

import json
import time
import uuid
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "http://issuer.test"
AUDIENCE = ["kubeyard-api", "kubeyard-gateway"]
# The web UI's last ten minutes and are renewed. Nobody renews those of tests, and some wait for much.
GOOD_FOR_SECONDS = 3600


class Issuer:
    """Signs tokens with a key of its own and publishes the public half in a file."""

    def __init__(self, jwks_file: Path, key_id: str = "first", key: rsa.RSAPrivateKey | None = None) -> None:
        self.jwks_file = jwks_file
        self.key_id = key_id
        self.key = key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.publish(self)

    def publish(self, *issuers: "Issuer") -> None:
        """Put the public keys of these issuers into the file, as one change."""
        fresh = self.jwks_file.with_suffix(".new")
        fresh.write_text(json.dumps({"keys": [issuer.public_key() for issuer in issuers]}))
        fresh.replace(self.jwks_file)

    def public_key(self) -> dict[str, Any]:
        """The public half, as a JSON Web Key."""
        entry: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return entry | {"kid": self.key_id, "alg": "RS256", "use": "sig"}

    def claims(self, name: str, *roles: str, **other: Any) -> dict[str, Any]:
        """What a good token says; a claim that is given as None is left out."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": name,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + GOOD_FOR_SECONDS,
            "jti": uuid.uuid4().hex,
            "groups": [],
            "roles": list(roles or ("user",)),
        } | other
        return {claim: value for claim, value in claims.items() if value is not None}

    def token(self, name: str, *roles: str, **other: Any) -> str:
        """A signed token for a user."""
        return jwt.encode(self.claims(name, *roles, **other), self.key, "RS256", {"kid": self.key_id})
