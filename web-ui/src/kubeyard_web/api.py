"""The tokens with which pages call the API server, and the one call that logging in makes itself."""

from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types
from kubeyard_client.client import KubeyardClient

from kubeyard_web.accounts.arriving import bearer_of
from kubeyard_web.services import services
from kubeyard_web.tokens.signing import WEB_UI

HOME_TIMEOUT_SECONDS = 30.0


def token_of_current_user() -> str:
    """A token of whoever is logged in."""
    return services().tokens.token(bearer_of(current_user))


def service_token() -> str:
    """A token of the web UI itself, for what it watches on behalf of everybody."""
    return services().tokens.token(WEB_UI)


def make_home(api_url: str, token: str) -> None:
    """Have the API server make the home of the token's owner; raises ApiError, which says why not."""
    KubeyardClient(api_url, lambda: token, HOME_TIMEOUT_SECONDS).ensure_home()
