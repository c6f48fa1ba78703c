"""Seeing to a person's home at each page, and saying on the page why it is not there."""

from flask import Flask, flash, request, session
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types

from kubeyard_web.accounts.arriving import ensure_home
from kubeyard_web.services import services


def register_home(app: Flask) -> None:
    """Try again at each page to make a home that is missing, and tell the person when it cannot be made."""
    app.before_request(_see_to_home)


def _see_to_home() -> None:
    if not _is_a_page() or not current_user.is_authenticated:
        return
    if problem := services().homes.problem(current_user.name):
        notice = f"Your HDFS home could not be made yet: {problem}"
        if ("warning", notice) not in [tuple(said) for said in session.get("_flashes", ())]:
            flash(notice, "warning")
    ensure_home(current_user)


def _is_a_page() -> bool:
    """Whether a whole page is asked for, where notices are shown; not a part of one, a file or a stream."""
    if request.method != "GET" or request.endpoint in (None, "static") or "HX-Request" in request.headers:
        return False
    return request.accept_mimetypes.accept_html and request.accept_mimetypes.best != "text/event-stream"
