"""Ending the login of the browser that asks."""

import structlog
from flask import session
from flask_login import current_user, logout_user  # type: ignore[import-untyped]  # Flask-Login carries no types

from kubeyard_web.services import services

log = structlog.get_logger()


def leave() -> None:
    """End the current login in the database, and empty its cookie."""
    name = current_user.name
    services().sessions.end(current_user.token)
    logout_user()
    session.clear()
    log.info("logged-out", user=name)
