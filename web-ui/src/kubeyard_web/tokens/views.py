"""The public keys, and the exchange of a Hub token."""

from flask import Blueprint, Response, jsonify, request

from kubeyard_web.access import public
from kubeyard_web.errors import RefusedRequest
from kubeyard_web.security import csrf
from kubeyard_web.services import services

blueprint = Blueprint("tokens", __name__)
SCHEME = "token"


@blueprint.get("/jwks.json")
@public("public keys are for everybody who verifies")
def jwks() -> Response:
    """The keys with which our tokens are verified."""
    response = jsonify(services().keys.public_set())
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


@blueprint.post("/api/token")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF carries no types
@public("a Lab proves itself by its Hub token")
def exchange() -> Response:
    """Change a server's Hub API token into a short-lived token of its owner."""
    scheme, _, hub_token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != SCHEME or not hub_token.strip():
        raise RefusedRequest(
            401, "unauthenticated", "Send the server's Hub API token as `Authorization: token ...`."
        )
    token, seconds = services().exchange.token_for(hub_token.strip(), request.remote_addr or "")
    return jsonify(token=token, expires_in=seconds)
