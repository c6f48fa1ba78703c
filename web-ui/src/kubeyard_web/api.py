"""Calls to the API server in the name of the person who is looking at the page."""

import requests
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types
from kubeyard_client.endpoints import endpoint

from kubeyard_web.accounts.arriving import bearer_of
from kubeyard_web.services import services
from kubeyard_web.tokens.signing import WEB_UI

TIMEOUT_SECONDS = (2, 30)


class HomeNotMade(Exception):  # noqa: N818 - it names what is wrong
    """The home could not be made; the text tells people why."""


def token_of_current_user() -> str:
    """A token of whoever is logged in."""
    return services().tokens.token(bearer_of(current_user))


def service_token() -> str:
    """A token of the web UI itself, for what it watches on behalf of everybody."""
    return services().tokens.token(WEB_UI)


def make_home(api_url: str, token: str) -> None:
    """Have the API server make the home of the token's owner; raises HomeNotMade."""
    row = endpoint("ensure-home")
    try:
        reply = requests.request(
            row.method,
            api_url + row.url_path,
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_SECONDS,
        )
    except requests.RequestException as error:
        raise HomeNotMade("the API server cannot be reached") from error
    if not reply.ok:
        raise HomeNotMade(_reason(reply))


def _reason(reply: requests.Response) -> str:
    try:
        return str(reply.json()["detail"])
    except (ValueError, LookupError, TypeError):
        return f"the API server answered {reply.status_code}"
