"""Logging in and out."""

from collections.abc import Callable

import pytest
from harness.web_ui import CSRF_FIELD, WebUi, password_of
from kubeyard_web.accounts.models import LoginSession
from kubeyard_web.security import SESSION_COOKIE
from sqlalchemy import select
from structlog.testing import capture_logs


def test_login_returns_to_the_page_that_was_asked_for(web_ui: WebUi) -> None:
    browser = web_ui.browser()
    asked = browser.get("/account/password?why=old")
    assert asked.headers["Location"] == "/login?next=%2Faccount%2Fpassword%3Fwhy%3Dold"

    answer = browser.log_in("bob", path=asked.headers["Location"])

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/password?why=old"
    assert "bob" in browser.get("/account/password").text


@pytest.mark.parametrize("entered", ["BOB", "Bob", "  bob "])
def test_login_knows_one_canonical_name(web_ui: WebUi, entered: str) -> None:
    answer = web_ui.browser().log_in(entered, password_of("bob"))

    assert answer.status_code == 302
    with web_ui.services.database.reading() as session:
        assert [login.user_name for login in session.scalars(select(LoginSession))] == ["bob"]


def test_login_says_the_same_whatever_was_wrong(web_ui: WebUi) -> None:
    web_ui.disable("eve")
    wrong = [
        ("bob", "not his"),
        ("nobody", "not his"),
        ("eve", password_of("eve")),
        ("../etc", "x"),
        ("root", "x"),
    ]

    answers = [web_ui.browser().log_in(name, password) for name, password in wrong]

    assert {answer.status_code for answer in answers} == {401}
    pages = [CSRF_FIELD.sub("", answer.text) for answer in answers]
    plain = {page.replace(f'value="{name}"', "") for page, (name, _) in zip(pages, wrong, strict=True)}
    assert len(plain) == 1
    assert "This name and password do not belong together." in plain.pop()


def test_login_takes_as_long_for_a_name_that_nobody_has(
    web_ui: WebUi, seconds_of: Callable[..., float]
) -> None:
    known = seconds_of(web_ui.services.login, "bob")
    unknown = seconds_of(web_ui.services.login, "nobody")

    assert 0.4 < unknown / known < 2.5


def test_login_is_logged_with_its_facts_and_without_the_password(web_ui: WebUi) -> None:
    with capture_logs() as events:
        web_ui.browser().log_in("bob", "a guess of his")
        web_ui.browser().log_in("bob")
        web_ui.browser().log_in("my secret, in the wrong field", "x")

    told = [
        {name: event.get(name) for name in ("event", "user", "address", "reason")}
        for event in events
        if event["event"].startswith("login-")
    ]
    assert told == [
        {"event": "login-refused", "user": "bob", "address": "127.0.0.1", "reason": "wrong-name-or-password"},
        {"event": "login-succeeded", "user": "bob", "address": "127.0.0.1", "reason": None},
        {"event": "login-refused", "user": "", "address": "127.0.0.1", "reason": "wrong-name-or-password"},
    ]
    for secret in ("a guess of his", password_of("bob"), "my secret"):
        assert secret not in str(events)


def test_login_page_sends_a_logged_in_person_on(web_ui: WebUi) -> None:
    assert (
        web_ui.browser_of("bob").get("/login?next=/account/password").headers["Location"]
        == "/account/password"
    )


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/%0d%0aSet-Cookie: a=b\r\n",
        "/\t/evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "",
    ],
)
def test_login_never_leads_to_another_site(web_ui: WebUi, target: str) -> None:
    browser = web_ui.browser()

    form = {"username": "bob", "password": password_of("bob"), "next": target}
    answer = browser.post("/login", form)

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


def test_login_keeps_nothing_of_the_session_before_it(web_ui: WebUi) -> None:
    browser = web_ui.browser()
    form = CSRF_FIELD.search(browser.get("/login").text)
    planted = browser.http.cookies[SESSION_COOKIE]
    assert form is not None

    browser.log_in("bob")

    assert browser.post_bare("/logout", {"csrf_token": form.group(1)}).status_code == 400
    other = web_ui.browser()
    other.http.cookies.set(SESSION_COOKIE, planted)
    assert other.get("/account/password").status_code == 302


def test_logging_in_as_somebody_else_ends_the_login_before_it(web_ui: WebUi) -> None:
    browser = web_ui.browser_of("bob")
    copied = browser.http.cookies[SESSION_COOKIE]

    form = {"username": "eve", "password": password_of("eve")}
    assert browser.post("/login", form, page="/account/password").status_code == 302

    other = web_ui.browser()
    other.http.cookies.set(SESSION_COOKIE, copied)
    assert other.get("/account/password").status_code == 302


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(web_ui: WebUi) -> None:
    cookie = web_ui.browser().log_in("bob").headers["Set-Cookie"]

    assert cookie.startswith("kubeyard-session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_login_needs_the_token_of_its_form(web_ui: WebUi) -> None:
    form = {"username": "bob", "password": password_of("bob")}

    answer = web_ui.browser().post_bare("/login", form)

    assert answer.status_code == 400
    assert "reload the page" in answer.text


def test_logout_ends_the_login_and_goes_on_to_the_hub(web_ui: WebUi) -> None:
    browser = web_ui.browser_of("bob")
    copied = browser.http.cookies[SESSION_COOKIE]

    answer = browser.post("/logout", {}, page="/account/password")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "http://127.0.0.1:8000/hub/logout"
    assert browser.get("/account/password").status_code == 302
    thief = web_ui.browser()
    thief.http.cookies.set(SESSION_COOKIE, copied)
    assert thief.get("/account/password").status_code == 302


def test_logout_is_never_done_by_a_link(web_ui: WebUi) -> None:
    browser = web_ui.browser_of("bob")

    assert browser.get("/logout").status_code == 405
    assert browser.get("/account/password").status_code == 200


def test_a_login_ends_when_it_is_not_used(web_ui: WebUi) -> None:
    browser = web_ui.browser_of("bob")
    for _ in range(3):  # each use prolongs it
        web_ui.clock.advance(11 * 3600)
        assert browser.get("/account/password").status_code == 200

    web_ui.clock.advance(13 * 3600)

    assert browser.get("/account/password").status_code == 302


def test_a_login_ends_when_its_account_is_disabled(web_ui: WebUi) -> None:
    browser = web_ui.browser_of("eve")

    web_ui.disable("eve")

    assert browser.get("/account/password").status_code == 302
