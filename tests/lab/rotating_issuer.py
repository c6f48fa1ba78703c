"""An issuer whose keys change while its tokens are in use."""

import jwt
from harness.gateway import GatewayProcess
from harness.issuer import Issuer
from kubeyard_web.clock import Clock
from kubeyard_web.tokens.keys import SigningKeys


class RotatingIssuer(Issuer):
    """Signs with the web UI's own keys, which change under it."""

    def __init__(self, gateway: GatewayProcess) -> None:
        self.jwks_file = gateway.issuer.jwks_file
        self.keys = SigningKeys(gateway.folder / "signing-keys", self.jwks_file, Clock())
        self.keys.ensure()

    def token(self, name: str, *roles: str, **other: object) -> str:
        current = self.keys.current()
        claims = self.claims(name, *roles, **other)
        assert current.private_key is not None
        return jwt.encode(claims, current.private_key, "RS256", {"kid": str(current.kid)})
