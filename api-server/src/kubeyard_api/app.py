"""The Flask application, its routes made from the table of endpoints."""

import re
import time
import uuid

import structlog
from flask import Flask, Response, g, request
from kubeyard_client.endpoints import ENDPOINTS, Auth, Endpoint
from kubeyard_client.messages.errors import ErrorCode
from kubeyard_yarn.errors import NotFound, Refused, Unreachable, YarnError
from werkzeug.exceptions import HTTPException

from kubeyard_api.auth import authorise, bearer_token, verified
from kubeyard_api.errors import PublicError
from kubeyard_api.handling import Call, Handler, handlers_for
from kubeyard_api.logs import logger
from kubeyard_api.ownership import check_resolvers
from kubeyard_api.parts import Parts
from kubeyard_api.requests import MAX_BODY_BYTES, read_message
from kubeyard_api.responses import error_response, respond
from kubeyard_api.routes import import_routes

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
CODES = {code.status: code for code in reversed(ErrorCode)}
log = logger(__name__)


def create_app(parts: Parts) -> Flask:
    """Make the application. Refuses a table and handlers that do not match."""
    import_routes()
    handlers = handlers_for(ENDPOINTS)
    check_resolvers(ENDPOINTS)
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    for endpoint in ENDPOINTS:
        _add_route(app, parts, endpoint, handlers[endpoint.name])
    app.before_request(_begin)
    app.after_request(lambda response: _finish(parts, response))
    app.register_error_handler(Exception, _answer_error)
    return app


def _add_route(app: Flask, parts: Parts, endpoint: Endpoint, handler: Handler) -> None:
    def view(**parameters: str) -> Response:
        return _serve(parts, endpoint, handler, parameters)

    rule = endpoint.url_path.replace("{", "<").replace("}", ">")
    app.add_url_rule(rule, endpoint.name, view, methods=[endpoint.method], provide_automatic_options=False)


def _serve(parts: Parts, endpoint: Endpoint, handler: Handler, parameters: dict[str, str]) -> Response:
    caller, token = None, ""
    if endpoint.auth is not Auth.PUBLIC:
        token = bearer_token(request)
        caller = verified(parts, token)
        structlog.contextvars.bind_contextvars(user=caller.name)
        authorise(endpoint, parts, caller, parameters)
    call = Call(
        endpoint=endpoint,
        parts=parts,
        signed_in=caller,
        token=token,
        parameters=parameters,
        message=read_message(endpoint, request),
        last_event_id=request.headers.get("Last-Event-ID"),
    )
    return respond(endpoint, handler(call))


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(parts: Parts, response: Response) -> Response:
    endpoint = request.endpoint or "unknown"
    seconds = time.perf_counter() - g.began
    parts.metrics.requests.labels(endpoint, str(response.status_code)).inc()
    parts.metrics.request_seconds.labels(endpoint).observe(seconds)
    response.headers["X-Request-ID"] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "no-store")
    log.info("request", endpoint=endpoint, status=response.status_code, milliseconds=round(seconds * 1000, 1))
    return response


def _answer_error(error: Exception) -> Response:
    match error:
        case PublicError():
            code, detail = error.code, error.detail
        case NotFound():
            code, detail = ErrorCode.NOT_FOUND, str(error)
        case Unreachable():
            code, detail = ErrorCode.CLUSTER_UNREACHABLE, str(error)
        case YarnError():
            code, detail = ErrorCode.CLUSTER_REFUSED, str(error)
            log.warning("cluster refused", refused=isinstance(error, Refused), reason=str(error))
        case HTTPException():
            code, detail = _of_werkzeug(error)
        case _:
            log.error("unexpected error", exc_info=error)
            code, detail = (
                ErrorCode.INTERNAL,
                "Something went wrong here. The log has it under this request id.",
            )
    response = error_response(code, detail, g.request_id)
    if isinstance(error, HTTPException) and (allowed := getattr(error, "valid_methods", None)):
        response.headers["Allow"] = ", ".join(allowed)
    return response


def _of_werkzeug(error: HTTPException) -> tuple[ErrorCode, str]:
    code = CODES.get(error.code or 500, ErrorCode.BAD_REQUEST)
    details = {
        ErrorCode.NOT_FOUND: "There is nothing at this address.",
        ErrorCode.METHOD_NOT_ALLOWED: f"This address does not answer to {request.method}.",
        ErrorCode.TOO_LARGE: f"The body is larger than {MAX_BODY_BYTES} bytes.",
    }
    return code, details.get(code, error.description or "The request cannot be served.")
