"""What people and programs are told when something is refused or went wrong."""

import structlog
from flask import Flask, Response, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]  # Flask-WTF carries no types
from jinja2 import TemplateError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException, InternalServerError

from kubeyard_web.logs import request_id
from kubeyard_web.tokens.keys import KeysUnusable

log = structlog.get_logger()
FOR_PROGRAMS = ("/api/", "/oauth/token", "/oauth/userinfo")
# code, heading, and what to do next
PAGES = {
    400: ("bad-request", "This request cannot be understood", "Go back, reload the page and try again."),
    401: ("unauthenticated", "You are not logged in", "Log in and try again."),
    403: ("forbidden", "This is not yours to do", "An administrator may do it, or the owner of the thing."),
    404: ("not-found", "There is nothing here", "The address may be mistyped, or the thing is gone by now."),
    405: ("method-not-allowed", "This cannot be done here", "Go back and use the page's buttons."),
    413: ("too-large", "This is too large", "Send less at once."),
    429: ("too-many", "That was too often", "Wait a little and try again."),
    500: (
        "internal",
        "Something went wrong on our side",
        "Try again; if it stays, tell an administrator the request's id.",
    ),
    503: (
        "database-away",
        "The database does not answer",
        "Nobody is logged out, and open notebooks go on. Try again; if it stays, tell an administrator.",
    ),
}
DATABASE_RETRY_SECONDS = "5"
NOT_SIGNED = ("signing-keys", "Nothing can be signed now")
# What the database says by a code, of SQLite or of PostgreSQL, where it does answer.
WRONG_STATEMENT = "SQLITE_ERROR"
NOT_WRITTEN = ("database-not-written", "Nothing can be saved now")
_DISK_FULL = (
    "The database's disk is full: an administrator makes room there, and everything goes on by itself."
)
# Longer codes of SQLite begin with the shorter ones of the same kind.
WHY_NOT_WRITTEN = {
    "SQLITE_FULL": _DISK_FULL,
    "53100": _DISK_FULL,
    "SQLITE_READONLY": "The database is read-only: an administrator gives the web UI's account its folder.",
}


class RefusedRequest(Exception):  # noqa: N818 - it names what is wrong
    """A refusal for a program: a stable code, words for people, and the status."""

    def __init__(
        self, status: int, code: str, detail: str, *, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds


def register_errors(app: Flask) -> None:
    """Answer errors by a page of the shell, or by the one JSON shape where programs ask."""
    app.register_error_handler(RefusedRequest, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)
    for away in (OperationalError, InterfaceError, NoConnectionFree):
        app.register_error_handler(away, _database_away)
    app.register_error_handler(KeysUnusable, _keys_unusable)
    app.register_error_handler(Exception, _bug)


def _refused(error: RefusedRequest) -> ResponseReturnValue:
    response = jsonify(code=error.code, detail=error.detail, request_id=request_id())
    response.status_code = error.status
    if error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "token"
    return response


def _stale_form(error: CSRFError) -> ResponseReturnValue:
    log.warning("form-refused", reason=error.description)
    return _answer(
        400, "The form was too old, or did not come from this site. Go back, reload the page and try again."
    )


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    response = _answer(error.code, None)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _database_away(error: Exception) -> ResponseReturnValue:
    # Whoever asks is in the database: the answer is made without asking for him again.
    g.database_is_away = True
    said = getattr(error, "orig", None) or error
    code = str(getattr(said, "sqlite_errorname", None) or getattr(said, "sqlstate", None) or "")
    if code == WRONG_STATEMENT:
        return _bug(error, reason=str(said))
    why_not_written = next((why for begin, why in WHY_NOT_WRITTEN.items() if code.startswith(begin)), None)
    event = "database-not-written" if why_not_written else "database-away"
    log.error(event, reason=str(said), kind=type(error).__name__, path=request.path)
    response = _answer(503, why_not_written, NOT_WRITTEN if why_not_written else None)
    response.headers["Retry-After"] = DATABASE_RETRY_SECONDS
    return response


def _keys_unusable(error: KeysUnusable) -> ResponseReturnValue:
    log.error("signing-keys-unusable", file=str(error.file), reason=error.why, path=request.path)
    return _answer(503, str(error), NOT_SIGNED)


def _bug(error: Exception, **facts: str) -> ResponseReturnValue:
    log.error("request-failed", exc_info=error, path=request.path, **facts)
    return _answer(InternalServerError.code, None)


def _answer(status: int, next_step: str | None, named: tuple[str, str] | None = None) -> Response:
    code, heading, usual_step = PAGES.get(status, PAGES[400 if status < 500 else 500])
    code, heading = named or (code, heading)
    next_step = next_step or usual_step
    if request.path.startswith(FOR_PROGRAMS):
        response = jsonify(code=code, detail=f"{heading}. {next_step}", request_id=request_id())
        response.status_code = status
        return response
    return Response(_page(status, heading, next_step), status=status, mimetype="text/html")


def _page(status: int, heading: str, next_step: str) -> str:
    # The shell of somebody who is logged in may itself be what failed.
    layouts = ["layout_plain.html"]
    if status < 500 and getattr(current_user, "is_authenticated", False):
        layouts.insert(0, "layout.html")
    for layout in layouts:
        try:
            return render_template(
                "errors/error.html",
                layout=layout,
                status=status,
                heading=heading,
                next_step=next_step,
                request_id=request_id(),
            )
        except (TemplateError, LookupError, ValueError) as error:
            log.error("error-page-failed", exc_info=error, layout=layout)
    return f"<!doctype html><title>{heading}</title><h1>{heading}</h1><p>{next_step}</p><p>{request_id()}</p>"
