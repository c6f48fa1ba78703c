"""The gateway's own words about why it refused, for people to read."""

import json
from typing import Any

from tornado.httpclient import HTTPClientError, HTTPResponse
from tornado.web import HTTPError

_UNREACHABLE = "The cluster's gateway cannot be reached. Try again in a moment."
_NOT_AUTHENTICATED = 401
_TOO_LONG = 599
_UNAVAILABLE = 503


class GatewayRefusedError(HTTPError):
    """A refusal whose text is only the reason, as a dialog shows it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(status, reason.replace("%", "%%"))
        self.plain = reason

    def __str__(self) -> str:
        return self.plain


def plain(error: HTTPError) -> GatewayRefusedError:
    """The error that jupyter_server made of the gateway's answer, in plain words.

    The Lab's own 401 would tell the browser that its user is logged out, when only a token is old.
    """
    cause = error.__cause__
    if not isinstance(cause, HTTPClientError):
        return GatewayRefusedError(_UNAVAILABLE, _UNREACHABLE)
    if cause.code == _TOO_LONG:
        return GatewayRefusedError(
            _UNAVAILABLE, "The kernel did not start in time. Its application may wait for room in the queue."
        )
    if cause.code == _NOT_AUTHENTICATED:
        return GatewayRefusedError(
            _UNAVAILABLE, "Your sign-in is being renewed. Try again in a moment; if it goes on, log in again."
        )
    return GatewayRefusedError(cause.code, words_of(cause.response) or str(cause.message))


def words_of(response: HTTPResponse | None) -> str:
    """What a JSON answer of the gateway says; empty when it says nothing."""
    try:
        body: Any = json.loads(response.body) if response is not None else {}
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    return str(body.get("message") or body.get("detail") or body.get("reason") or "")
