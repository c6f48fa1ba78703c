"""The gateway's own words about why it refused, for people to read."""

import json
from typing import Any

from tornado.httpclient import HTTPClientError, HTTPResponse
from tornado.web import HTTPError

_UNREACHABLE = "The cluster's gateway cannot be reached. Try again in a moment."
_NO_SUCH_KERNEL = "there is no such kernel"
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
    words, traceback = words_of(cause.response) or str(cause.message), _member(cause.response, "traceback")
    return GatewayRefusedError(cause.code, f"{words}\n\n{traceback}" if traceback else words)


def words_of(response: HTTPResponse | None) -> str:
    """What a JSON answer of the gateway says; empty when it says nothing."""
    return next(filter(None, (_member(response, name) for name in ("message", "detail", "reason"))), "")


def why_gone(response: HTTPResponse | None) -> str:
    """Why the gateway has a kernel no more; empty where it does not know, or does not tell this user."""
    words = words_of(response)
    return "" if words == _NO_SUCH_KERNEL else words


def _member(response: HTTPResponse | None, name: str) -> str:
    try:
        body: Any = json.loads(response.body) if response is not None else {}
    except ValueError:
        return ""
    return str(body.get(name) or "") if isinstance(body, dict) else ""
