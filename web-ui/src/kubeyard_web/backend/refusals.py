"""What a page shows when the API refuses or is away, and nothing is known that could be shown instead."""

from flask import Flask, current_app, render_template
from flask.typing import ResponseReturnValue
from kubeyard_client.errors import ApiError
from werkzeug.exceptions import Forbidden, HTTPException, NotFound, TooManyRequests

UNAUTHORIZED = 401
NOT_BELIEVED = (
    "The edge node does not believe the web UI: it lacks its public keys, or the clocks differ. "
    "An administrator hands over the keys again."
)
PAGES: dict[int, type[HTTPException]] = {
    403: Forbidden,
    404: NotFound,
    429: TooManyRequests,
}


def register_refusals(app: Flask) -> None:
    """Turn what the API says into the page of the same meaning."""
    app.register_error_handler(ApiError, _show)


def raise_if_absent(error: ApiError) -> None:
    """Let a page not exist whose thing does not, or is another's: only other refusals are told on it."""
    if error.status == NotFound.code:
        raise error


def _show(error: ApiError) -> ResponseReturnValue:
    # Who sees this page is logged in: it is our own token that the edge does not take.
    if error.status == UNAUTHORIZED:
        error = ApiError(error.code, f"{NOT_BELIEVED} {error.detail}", error.status, error.request_id)
    if error.status in PAGES:
        return current_app.handle_http_exception(PAGES[error.status]())
    return render_template("errors/api_away.html", error=error), 503
