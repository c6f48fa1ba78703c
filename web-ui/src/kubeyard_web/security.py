"""What makes a browser careful with our pages: headers, the cookie, the token in every form."""

from datetime import timedelta

from flask import Flask, Response, request
from flask_wtf import CSRFProtect  # type: ignore[import-untyped]  # Flask-WTF carries no types

from kubeyard_web.settings import Settings

MAX_BODY_BYTES = 1024 * 1024
SESSION_COOKIE = "kubeyard-session"
csrf = CSRFProtect()


def register_security(app: Flask, settings: Settings) -> None:
    """Set the cookie's rules, check forms, and add the headers to every answer."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        # Cookies know no ports: another service on this host must not share the name.
        SESSION_COOKIE_NAME=SESSION_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.web_session_hours),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        # The token lives as long as the session, so that a form that was left open over lunch still works.
        WTF_CSRF_TIME_LIMIT=None,
    )
    csrf.init_app(app)
    policy = content_security_policy(settings.hub_origin)

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if settings.is_https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            headers.setdefault("Cache-Control", "no-store")
        return response


def content_security_policy(hub_origin: str) -> str:
    """Scripts and styles come from our files only; a style attribute may carry a bar's width.

    Forms may lead to the Hub: logging in and out redirects there, and browsers follow no redirect of a form
    to a place that is not listed.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "style-src-attr 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            f"form-action 'self' {hub_origin}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )
