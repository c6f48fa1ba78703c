"""Sends a call of the table over HTTP: one session, a timeout on everything, typed errors."""

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar
from urllib.parse import quote

import requests
from pydantic import ValidationError

from kubeyard_client.endpoints import Auth, Endpoint, endpoint
from kubeyard_client.errors import ApiError, ApiUnreachable
from kubeyard_client.messages.base import Message, Request
from kubeyard_client.messages.errors import ErrorBody

M = TypeVar("M", bound=Message)
CONNECT_SECONDS = 3.0
# The server sends a sign of life each 10 s.
STREAM_SILENCE_SECONDS = 30.0
NO_CONNECTION = {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH}


class Transport:
    """Speaks to one API server, with a token that is asked for anew for every call; safe to share."""

    def __init__(self, base_url: str, token: Callable[[], str], timeout_seconds: float = 30) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._timeout_seconds = timeout_seconds
        self._session = requests.Session()
        # The token is the only identity: no cookie, no .netrc, and no proxy between parts of the platform.
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def ask(
        self,
        name: str,
        answer: type[M],
        request: Request | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        **parameters: str,
    ) -> M:
        """Call an endpoint and read its message. Raises ApiError."""
        reply = self._send(endpoint(name), request, parameters, timeout_seconds=timeout_seconds)
        try:
            return answer.model_validate_json(reply.content)
        except ValidationError as error:
            raise ApiUnreachable(
                f"{reply.url} does not answer like the Kubeyard API: {error}", answered=True
            ) from error

    def tell(
        self,
        name: str,
        request: Request | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        **parameters: str,
    ) -> None:
        """Call an endpoint that answers nothing. Raises ApiError."""
        self._send(endpoint(name), request, parameters, timeout_seconds=timeout_seconds)

    def text(self, name: str, request: Request | None = None, /, **parameters: str) -> str:
        """Call an endpoint that answers plain text. Raises ApiError."""
        reply = self._send(endpoint(name), request, parameters)
        return reply.content.decode("utf-8", "replace")

    @contextmanager
    def stream(
        self, name: str, request: Request | None = None, /, *, last_event_id: str = "", **parameters: str
    ) -> Iterator[Iterator[bytes]]:
        """Open a stream and give its bytes as they come. Raises ApiError, in the middle too."""
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        reply = self._send(
            endpoint(name),
            request,
            parameters,
            headers=headers,
            stream=True,
            timeout_seconds=STREAM_SILENCE_SECONDS,
        )
        with reply:
            yield _chunks(reply)

    def _send(
        self,
        row: Endpoint,
        request: Request | None,
        parameters: dict[str, str],
        *,
        headers: dict[str, str] | None = None,
        stream: bool = False,
        timeout_seconds: float | None = None,
    ) -> requests.Response:
        path = row.url_path.format_map({name: quote(value, safe="") for name, value in parameters.items()})
        try:
            reply = self._session.request(
                row.method,
                self._base_url + path,
                headers={**self._identity(row), **(headers or {})},
                timeout=(CONNECT_SECONDS, timeout_seconds or self._timeout_seconds),
                allow_redirects=False,
                stream=stream,
                **_carried(row, request),
            )
        except requests.RequestException as error:
            raise ApiUnreachable(_why(self._base_url, error), unheard=_is_unheard(error)) from error
        if not reply.ok:
            raise _error(reply)
        return reply

    def _identity(self, row: Endpoint) -> dict[str, str]:
        return {} if row.auth is Auth.PUBLIC else {"Authorization": f"Bearer {self._token()}"}


def _carried(row: Endpoint, request: Request | None) -> dict[str, Any]:
    if request is None:
        return {}
    fields = request.model_dump(mode="json", exclude_none=True)
    return {"params": fields} if row.takes_query else {"json": fields}


def _chunks(reply: requests.Response) -> Iterator[bytes]:
    try:
        yield from reply.iter_content(chunk_size=None)
    except requests.RequestException as error:
        raise ApiUnreachable("The stream was cut: open it again from the last event seen.") from error


def _error(reply: requests.Response) -> ApiError:
    try:
        body = ErrorBody.model_validate_json(reply.content)
    except (ValidationError, requests.RequestException):
        return ApiUnreachable(f"{reply.url} answers {reply.status_code}, not like the Kubeyard API.")
    return ApiError(body.code, body.detail, reply.status_code, body.request_id)


def _is_unheard(error: requests.RequestException) -> bool:
    """Whether no connection was made, so that nobody can have heard."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, requests.ConnectTimeout | socket.gaierror):
            return True
        if isinstance(cause, OSError) and cause.errno in NO_CONNECTION:
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _why(base_url: str, error: requests.RequestException) -> str:
    reason = "does not answer in time" if isinstance(error, requests.Timeout) else "is out of reach"
    return f"The API server at {base_url} {reason}."
