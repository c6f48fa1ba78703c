"""What makes browsers careful with our pages."""

from pathlib import Path

import pytest
from harness.web_ui import WebUi, settings_in
from kubeyard_web.app import create_app
from kubeyard_web.services import EXTENSION


@pytest.mark.parametrize("path", ["/login", "/nowhere", "/jwks.json", "/static/logo.svg"])
def test_every_answer_carries_the_headers(web_ui: WebUi, path: str) -> None:
    headers = web_ui.browser().get(path, headers={"Accept-Encoding": "identity"}).headers

    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self' http://127.0.0.1:8000"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_kept_by_no_cache(web_ui: WebUi) -> None:
    assert web_ui.browser().get("/login").headers["Cache-Control"] == "no-store"


def test_no_page_carries_a_script_or_a_style_of_its_own(web_ui: WebUi) -> None:
    page = web_ui.browser().get("/login").text

    assert "<style" not in page
    assert "onclick" not in page
    assert page.count("<script") == page.count("<script src=")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("0123456789abcdef", True), ("x", False), ("a" * 65, False), ("new\tline-injected", False)],
)
def test_a_request_id_is_kept_only_if_it_looks_like_one(web_ui: WebUi, given: str, kept: bool) -> None:
    answered = web_ui.browser().get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]

    assert (answered == given) is kept
    assert answered


def test_a_body_that_is_too_large_is_refused(web_ui: WebUi) -> None:
    answer = web_ui.browser().post_bare("/oauth/token", {"code": "x" * (2 * 1024 * 1024)})

    assert answer.status_code == 413
    assert answer.json()["code"] == "too-large"


def test_by_https_the_cookie_travels_no_other_way(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path, issuer="https://kubeyard.example"))
    answer = app.test_client().get("/login")
    app.extensions[EXTENSION].database.close()

    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]
