"""The tokens with which pages call the API server, and the one call that logging in makes itself."""

from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types
from kubeyard_client.client import KubeyardClient
from kubeyard_client.errors import ApiError, ApiUnreachable

from kubeyard_web.accounts.arriving import bearer_of
from kubeyard_web.services import services
from kubeyard_web.tokens.keys import KeysUnusable
from kubeyard_web.tokens.signing import WEB_UI, Bearer

HOME_TIMEOUT_SECONDS = 30.0
UNAVAILABLE = 503


class HomeWaits(Exception):  # noqa: N818 - it names what is wrong
    """Nobody can be asked for the home now; the text tells people so, without addresses of ours."""


def token_of_current_user() -> str:
    """A token of whoever is logged in; raises ApiError."""
    return _token(bearer_of(current_user))


def service_token() -> str:
    """A token of the web UI itself, for what it watches on behalf of everybody; raises ApiError."""
    return _token(WEB_UI)


def _token(bearer: Bearer) -> str:
    """Where none can be signed, pages say so as they say that the API server fails: nobody can be asked."""
    try:
        return services().tokens.token(bearer)
    except KeysUnusable as error:
        raise ApiError("signing-keys", str(error), UNAVAILABLE) from error


def make_home(api_url: str, token: str) -> None:
    """Have the API server make the home of the token's owner; ApiError and HomeWaits say why not."""
    try:
        KubeyardClient(api_url, lambda: token, HOME_TIMEOUT_SECONDS).ensure_home()
    except ApiUnreachable as error:
        raise HomeWaits("the edge node is out of reach. It is made once that answers again.") from error
