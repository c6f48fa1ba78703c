"""The code flow in Authlib's terms, stricter than Authlib by itself."""
# Authlib carries no types, so its base classes are unknown to the type checker.
# mypy: disable-error-code="misc"
# ruff: noqa: ARG002 - Authlib names the arguments

from collections.abc import Callable
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, grants  # type: ignore[import-untyped]
from authlib.oauth2.rfc6750 import BearerTokenValidator  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import CodeChallenge  # type: ignore[import-untyped]
from authlib.oidc.core import OpenIDCode, UserInfo, UserInfoEndpoint  # type: ignore[import-untyped]
from joserfc.jwk import RSAKey

from kubeyard_web.clock import Clock
from kubeyard_web.oidc.clients import Client
from kubeyard_web.oidc.storage import Access, Code, TokenStorage
from kubeyard_web.oidc.subject import Subject
from kubeyard_web.tokens.keys import SigningKeys

ID_TOKEN_SECONDS = 600


class RequiredS256(CodeChallenge):
    """PKCE by S256 for every client: Authlib requires it of public ones only, and takes `plain`."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Refuse a request without a challenge by S256."""
        asked = grant.request.payload.data
        if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("code_challenge with code_challenge_method S256 is required")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(grants.AuthorizationCodeGrant):
    """Codes that live a minute and are used once."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")
    storage: TokenStorage  # given by the provider, which derives a class of its own

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Keep what the token request will be held against."""
        asked = request.payload
        self.storage.save_code(
            code,
            request.client,
            request.user,
            redirect_uri=asked.redirect_uri,
            scope=request.scope,
            nonce=asked.data.get("nonce"),
            challenge=asked.data["code_challenge"],
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """Take the code out of the storage."""
        return self.storage.take_code(code, client)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Nothing is left to delete: it was taken out when it was looked up."""

    def authenticate_user(self, authorization_code: Code) -> Subject | None:
        """The person who logged in, unless the login is over."""
        return self.storage.subject(authorization_code.session_hash)


class IdToken(OpenIDCode):
    """Id tokens signed by our current key."""

    def __init__(self, keys: SigningKeys, clock: Clock, issuer: str) -> None:
        super().__init__(require_nonce=False)
        self._keys = keys
        self._clock = clock
        self._issuer = issuer

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        """Never: PKCE and single use stop replays already."""
        return False

    def generate_user_info(self, user: Subject, scope: str) -> UserInfo:
        """What the id token says of the person."""
        return UserInfo(**user.claims)

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        """The key to sign with."""
        return self._keys.current()

    def get_encode_header(self, client: Client) -> dict[str, str]:
        """Names the key, so that verifiers find it after a rotation."""
        return {"alg": "RS256", "kid": str(self._keys.current().kid)}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        """Who made the token, for whom, and until when it holds."""
        now = int(self._clock.now().timestamp())
        return {"iss": self._issuer, "aud": [client.client_id], "iat": now, "exp": now + ID_TOKEN_SECONDS}


class StoredAccess(BearerTokenValidator):
    """Finds the access token that a request shows."""

    def __init__(self, find: Callable[[str], Access | None]) -> None:
        super().__init__()
        self._find = find

    def authenticate_token(self, token_string: str) -> Access | None:
        """The token's record, if there is one."""
        return self._find(token_string)


class UserClaims(UserInfoEndpoint):
    """Who is logged in, for a client with an access token."""

    def generate_user_info(self, user: Subject, scope: str) -> UserInfo:
        """What the client is told; groups are as they are now, not as they were at login."""
        return UserInfo(**user.claims)
