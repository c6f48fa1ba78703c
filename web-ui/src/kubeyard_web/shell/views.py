"""What the frame itself answers: the theme, and the chip."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kubeyard_web.shell.context import THEME_COOKIE, THEMES

blueprint = Blueprint("shell", __name__)


@blueprint.post("/theme")
def theme() -> ResponseReturnValue:
    """Keep the theme that this browser wants, and go back to where it was chosen."""
    wanted = request.form.get("theme", "")
    if wanted not in THEMES:
        abort(400)
    response = redirect(_came_from(), code=303)
    response.set_cookie(
        THEME_COOKIE,
        wanted,
        max_age=timedelta(days=365),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def _came_from() -> str:
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host:
        return url_for("overview.page")
    return came.path + (f"?{came.query}" if came.query else "")


@blueprint.get("/health-chip")
def chip() -> str:
    """The chip in the top bar, anew."""
    return render_template("shell/_health.html")
