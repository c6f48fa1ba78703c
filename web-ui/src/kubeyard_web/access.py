"""Who may open which view: everybody must be logged in, unless the view itself says otherwise and why."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types

View = TypeVar("View", bound=Callable[..., Any])
STATIC_ENDPOINT = "static"


def public(because: str) -> Callable[[View], View]:
    """Open a view to people who are not logged in; the reason stands beside the view."""

    def mark(view: View) -> View:
        view.public_because = because  # type: ignore[attr-defined]
        return view

    return mark


def admins_only(view: View) -> View:
    """Close a view to everybody but administrators."""
    view.admins_only = True  # type: ignore[attr-defined]
    return view


def is_public(app: Flask, endpoint: str) -> bool:
    """Whether an endpoint may be opened without being logged in."""
    return endpoint == STATIC_ENDPOINT or hasattr(app.view_functions[endpoint], "public_because")


def register_access(app: Flask) -> None:
    """Ask before every request whether this visitor may make it."""
    app.before_request(_guard)


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None or is_public(current_app, request.endpoint):
        return None
    if not current_user.is_authenticated:
        return _ask_to_log_in()
    if hasattr(current_app.view_functions[request.endpoint], "admins_only") and not current_user.is_admin:
        abort(403)
    return None


def _ask_to_log_in() -> ResponseReturnValue:
    address = url_for("accounts.login") + "?" + urlencode({"next": _way_back()})
    if "HX-Request" in request.headers:  # a redirect would put the log in page into a corner of the page
        return Response(status=401, headers={"HX-Redirect": address})
    if request.method != "GET" or request.accept_mimetypes.best == "text/event-stream":
        abort(401)
    return redirect(address)


def _way_back() -> str:
    """The page to return to: of a fragment, the page that asked for it."""
    if "HX-Request" in request.headers:
        shown = urlsplit(request.headers.get("HX-Current-URL", "/"))
        return same_site(shown.path + (f"?{shown.query}" if shown.query else ""))
    return same_site(request.full_path.rstrip("?"))


def same_site(target: str | None) -> str:
    """The path of this site that `target` names; the first page for anything else."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    if any(ord(character) < 0x21 or character == "\\" for character in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target
