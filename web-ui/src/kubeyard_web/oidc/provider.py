"""The OpenID provider put together: Authlib's server with our storage, keys and rules."""
# mypy: disable-error-code="misc"

from typing import Any

from authlib.integrations.flask_oauth2 import ResourceProtector  # type: ignore[import-untyped]
from authlib.oidc.rpinitiated import EndSessionEndpoint  # type: ignore[import-untyped]
from flask import Flask

from kubeyard_web.clock import Clock
from kubeyard_web.oidc.clients import Client, hub_client
from kubeyard_web.oidc.grants import CodeGrant, IdToken, RequiredS256, StoredAccess, UserClaims
from kubeyard_web.oidc.requests import Server
from kubeyard_web.oidc.storage import TokenStorage
from kubeyard_web.settings import Settings
from kubeyard_web.tokens.keys import SigningKeys

USERINFO = UserClaims.ENDPOINT_NAME
END_SESSION = EndSessionEndpoint.ENDPOINT_NAME


class Provider:
    """What the provider's views talk to."""

    def __init__(
        self, app: Flask, settings: Settings, storage: TokenStorage, keys: SigningKeys, clock: Clock
    ) -> None:
        self.client = hub_client(settings)
        self.storage = storage
        self.server = self._server(app, settings, keys, clock)

    def _server(self, app: Flask, settings: Settings, keys: SigningKeys, clock: Clock) -> Any:
        app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"authorization_code": int(settings.web_session_hours * 3600)}
        server = Server(app, self._find_client, self._save_token)
        grant = type("StoredCodeGrant", (CodeGrant,), {"storage": self.storage})
        server.register_grant(grant, [RequiredS256(required=True), IdToken(keys, clock, settings.issuer)])
        protector = ResourceProtector()
        protector.register_token_validator(
            StoredAccess(lambda token: self.storage.access(token, self.client))
        )
        server.register_endpoint(UserClaims(server, protector))
        server.register_endpoint(type("KnownEndSession", (_EndSession,), {"keys": keys}))
        return server

    def _find_client(self, client_id: str) -> Client | None:
        return self.client if client_id == self.client.client_id else None

    def _save_token(self, token: dict[str, Any], request: Any) -> None:
        self.storage.save_token(
            token["access_token"], request.authorization_code, request.client, token.get("scope", "")
        )


class _EndSession(EndSessionEndpoint):
    """Judges a request to log out; the view ends the login itself."""

    keys: SigningKeys  # given by the provider, which derives a class of its own

    def get_server_jwks(self) -> dict[str, Any]:
        return self.keys.public_set()

    def get_algorithms(self) -> list[str]:
        return ["RS256"]

    def resolve_client_from_id_token_claims(self, id_token_claims: dict[str, Any]) -> Client | None:
        audience = id_token_claims.get("aud")
        only = audience[0] if isinstance(audience, list) and len(audience) == 1 else audience
        client: Client | None = self.server.query_client(only)
        return client

    def end_session(self, end_session_request: Any) -> None:
        """Nothing: the login is ended before the answer is made."""
