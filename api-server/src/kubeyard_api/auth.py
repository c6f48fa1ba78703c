"""Who sends a request, and whether the endpoint's rule lets them."""

from collections.abc import Mapping

from flask import Request as FlaskRequest
from kubeyard_client.endpoints import Auth, Endpoint
from kubeyard_client.messages.errors import ErrorCode
from kubeyard_identity import Caller, InvalidToken

from kubeyard_api.errors import PublicError
from kubeyard_api.ownership import require_owner
from kubeyard_api.parts import Parts

SCHEME = "Bearer"


def bearer_token(request: FlaskRequest) -> str:
    """The token of the Authorization header; no other place is looked at. Raises PublicError."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != SCHEME.lower() or not token.strip():
        raise PublicError(ErrorCode.UNAUTHENTICATED, f"Send a token: Authorization: {SCHEME} <token>.")
    return token.strip()


def verified(parts: Parts, token: str) -> Caller:
    """Who the token speaks for. Raises PublicError."""
    try:
        return parts.verifier.caller(token)
    except InvalidToken as error:
        raise PublicError(ErrorCode.UNAUTHENTICATED, f"Sign in again: {error}.") from error


def authorise(endpoint: Endpoint, parts: Parts, caller: Caller, parameters: Mapping[str, str]) -> None:
    """Apply the endpoint's rule. Raises PublicError."""
    match endpoint.auth:
        case Auth.PUBLIC | Auth.SIGNED_IN:
            return
        case Auth.OWNER:
            require_owner(endpoint, parts, caller, parameters)
        case Auth.ADMIN:
            if not caller.is_admin:
                raise PublicError(ErrorCode.FORBIDDEN, "Only administrators may do this.")
