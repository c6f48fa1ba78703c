"""Reads the message out of a request, or says which field is wrong."""

import json
from typing import Any, get_origin

from flask import Request as FlaskRequest
from kubeyard_client.endpoints import Endpoint
from kubeyard_client.messages.base import Request
from kubeyard_client.messages.errors import ErrorCode
from pydantic import ValidationError

from kubeyard_api.errors import PublicError

MAX_BODY_BYTES = 1024 * 1024


def read_message(endpoint: Endpoint, request: FlaskRequest) -> Request | None:
    """The request's message as the table types it. Raises PublicError."""
    if endpoint.request is None:
        return None
    values = _query(endpoint.request, request) if endpoint.takes_query else _body(request)
    try:
        return endpoint.request.model_validate(values)
    except ValidationError as error:
        raise PublicError(ErrorCode.INVALID_REQUEST, _fields(error)) from error


def _query(kind: type[Request], request: FlaskRequest) -> dict[str, Any]:
    repeated = {
        name
        for name, field in kind.model_fields.items()
        if get_origin(field.annotation) in (tuple, list, frozenset)
    }
    return {
        name: request.args.getlist(name) if name in repeated else request.args[name] for name in request.args
    }


def _body(request: FlaskRequest) -> Any:
    body = request.get_data()
    if request.content_length is None and len(body) >= MAX_BODY_BYTES:
        # A body that does not say how long it is gets cut at the limit instead of refused.
        raise PublicError(ErrorCode.TOO_LARGE, f"The body is larger than {MAX_BODY_BYTES} bytes.")
    if not body:
        return {}
    if request.mimetype != "application/json":
        raise PublicError(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise PublicError(ErrorCode.BAD_REQUEST, "The body is not valid JSON.") from error


def _fields(error: ValidationError) -> str:
    problems = [
        f"{'.'.join(str(part) for part in problem['loc']) or 'body'}: "
        f"{problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return "; ".join(problems)
