"""The provider's addresses: discovery, authorize, token, userinfo, logout."""

from typing import Any, cast

import structlog
from authlib.oauth2 import OAuth2Error  # type: ignore[import-untyped]  # Authlib carries no types
from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types

from kubeyard_web.access import public
from kubeyard_web.accounts.leaving import leave
from kubeyard_web.oidc.clients import SCOPES
from kubeyard_web.oidc.provider import END_SESSION, USERINFO, Provider
from kubeyard_web.security import csrf
from kubeyard_web.services import services

blueprint = Blueprint("oidc", __name__, template_folder="templates")
EXTENSION = "kubeyard-oidc"
log = structlog.get_logger()


def provider() -> Provider:
    """The provider of the application that answers the current request."""
    return cast("Provider", current_app.extensions[EXTENSION])


@blueprint.get("/.well-known/openid-configuration")
@public("clients discover the provider before anybody is logged in")
def discovery() -> Response:
    """Where everything is and what is supported. Browsers and clients see the same, public addresses."""
    issuer = services().settings.issuer
    return jsonify(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/oauth/authorize",
        token_endpoint=f"{issuer}/oauth/token",
        userinfo_endpoint=f"{issuer}/oauth/userinfo",
        end_session_endpoint=f"{issuer}/oauth/logout",
        jwks_uri=f"{issuer}/jwks.json",
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code"],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=["RS256"],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        code_challenge_methods_supported=["S256"],
        scopes_supported=list(SCOPES),
        claims_supported=["sub", "preferred_username", "name", "groups"],
    )


@blueprint.get("/oauth/authorize")
def authorize() -> ResponseReturnValue:
    """Send a logged-in person back to the client with a code; within one platform nobody need consent."""
    server = provider().server
    subject = provider().storage.subject(current_user.session_hash)
    try:
        grant = server.get_consent_grant(end_user=subject)
    except OAuth2Error as error:  # raised, not answered: without this a bad request would be a 500
        log.warning("authorize-refused", user=current_user.name, reason=error.error, detail=error.description)
        return cast("Response", server.handle_error_response(request, error))
    return cast("Response", server.create_authorization_response(grant_user=subject, grant=grant))


@blueprint.post("/oauth/token")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF carries no types
@public("a client proves itself by its secret")
def token() -> Response:
    """Change a code into tokens."""
    response = cast("Response", provider().server.create_token_response())
    if response.status_code != 200:
        log.warning(
            "code-refused",
            status=response.status_code,
            reason=(response.get_json(silent=True) or {}).get("error"),
        )
    return response


@blueprint.get("/oauth/userinfo")
@public("a client shows its access token")
def userinfo() -> ResponseReturnValue:
    """Who is logged in, for whoever holds the access token."""
    server = provider().server
    try:
        return cast("Response", server.create_endpoint_response(USERINFO))
    except OAuth2Error as error:
        return cast("Response", server.handle_error_response(request, error))


@blueprint.get("/oauth/logout")
@public("whoever comes from the Hub's log out may be logged out here already")
def logout() -> ResponseReturnValue:
    """Log out at a client's wish: at once if it proves whom it means, else after asking."""
    if not current_user.is_authenticated and not request.args.get("id_token_hint"):
        return redirect(url_for("accounts.login"))
    server = provider().server
    try:
        wish = server.validate_endpoint_request(END_SESSION)
    except OAuth2Error as error:
        return cast("Response", server.handle_error_response(request, error))
    if current_user.is_authenticated:
        if not _means(wish, current_user.name):
            return render_template("oidc/logout.html")
        leave()
    return cast("Response", server.create_endpoint_response(END_SESSION, wish)) or redirect(
        url_for("accounts.login")
    )


def _means(wish: Any, name: str) -> bool:
    return wish.id_token_claims is not None and wish.id_token_claims.get("sub") == name
