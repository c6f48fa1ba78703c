"""Turns what a handler gives back into the answer that the table promises."""

from collections.abc import Iterator

from flask import Response
from kubeyard_client.endpoints import Endpoint, Media
from kubeyard_client.messages.base import Message
from kubeyard_client.messages.errors import ErrorBody, ErrorCode

from kubeyard_api.auth import SCHEME
from kubeyard_api.handling import Outcome

# A proxy that buffers would hold events back; a page on another site must not guess at types.
STREAM_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def respond(endpoint: Endpoint, outcome: Outcome) -> Response:
    """The answer. Raises TypeError when the handler breaks the table's promise."""
    match outcome:
        case Response():
            return outcome
        case Message() if endpoint.response is not None and isinstance(outcome, endpoint.response):
            return Response(outcome.model_dump_json(), endpoint.status, mimetype=Media.JSON.value)
        case None if endpoint.response is None:
            return Response(status=204)
        case str() if endpoint.media is Media.TEXT:
            return Response(outcome, endpoint.status, mimetype=Media.TEXT.value)
        case Iterator() if endpoint.media is Media.EVENTS:
            return Response(outcome, endpoint.status, STREAM_HEADERS, mimetype=Media.EVENTS.value)
    raise TypeError(f"{endpoint.name} answered {type(outcome).__name__}, the table says {endpoint.response}")


def error_response(code: ErrorCode, detail: str, request_id: str) -> Response:
    """The one shape of every error."""
    body = ErrorBody(code=code.value, detail=detail, request_id=request_id)
    response = Response(body.model_dump_json(), code.status, mimetype=Media.JSON.value)
    if code is ErrorCode.UNAUTHENTICATED:
        response.headers["WWW-Authenticate"] = f'{SCHEME} realm="kubeyard"'
    return response
