"""Logs: one JSON object a line on stdout, a constant event and its facts, the request's id in each."""

import logging
import re
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types

REQUEST_ID_HEADER = "X-Request-ID"
ACCEPTED_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
QUIET_ENDPOINTS = {"health.healthz", "health.readyz", "health.metrics", "static"}
log = structlog.get_logger()


def configure(level: str) -> None:
    """Send our own events and those of libraries through one formatter."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # It tells of every look at the database's version, which is each question whether we are ready.
    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)


def register_logs(app: Flask) -> None:
    """Give each request an id, and write one event when it is over."""
    app.before_request(_begin)
    app.after_request(_end)


def request_id() -> str:
    """The id of the request that is being answered."""
    return str(g.get("request_id", "-"))


def _begin() -> None:
    given = request.headers.get(REQUEST_ID_HEADER, "")
    g.request_id = given if ACCEPTED_REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers[REQUEST_ID_HEADER] = request_id()
    if request.endpoint not in QUIET_ENDPOINTS:
        # The path without its query: that of the first administrator's link carries a secret.
        log.info(
            "request",
            method=request.method,
            path=request.path,
            status=response.status_code,
            milliseconds=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
            user=getattr(current_user, "name", None),
        )
    return response
