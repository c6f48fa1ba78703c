"""The demo's accounts."""

from pathlib import Path

import pytest
from harness.web_ui import WebUi, running_web_ui
from kubeyard_web.accounts.models import User
from kubeyard_web.security import SESSION_COOKIE
from sqlalchemy import select


@pytest.mark.parametrize(
    ("entered", "password", "name", "is_admin"),
    [
        ("Guest", "guest", "guest", False),
        ("GUEST", "guest", "guest", False),
        ("admin", "admin", "admin", True),
    ],
)
def test_demo_accounts_log_in(
    demo_web_ui: WebUi, entered: str, password: str, name: str, is_admin: bool
) -> None:
    assert demo_web_ui.browser().log_in(entered, password).status_code == 302
    with demo_web_ui.services.database.reading() as session:
        user = session.get_one(User, name)
        assert session.scalars(select(User)).all()
    assert user.is_admin is is_admin
    assert user.display_name == name.capitalize()


def test_every_page_says_that_the_demo_is_on(demo_web_ui: WebUi) -> None:
    browser = demo_web_ui.browser()
    pages = [browser.get("/login").text]
    browser.log_in("Guest", "guest")
    pages += [browser.get("/account/password").text, browser.get("/nowhere").text]

    assert all("Demo accounts are on." in page for page in pages)


def test_without_the_demo_nothing_is_said_of_it(web_ui: WebUi) -> None:
    assert "emo" not in web_ui.browser().get("/login").text


def test_a_machine_for_one_person_says_so(tmp_path: Path) -> None:
    with running_web_ui(tmp_path, web_single_account=True) as running:
        assert "For one trusted person." in running.browser().get("/login").text


def test_without_the_demo_there_are_no_accounts(tmp_path: Path) -> None:
    with running_web_ui(tmp_path) as running:
        assert running.browser().log_in("guest", "guest").status_code == 401
        with running.services.database.reading() as session:
            assert session.scalars(select(User)).all() == []


def test_switching_the_demo_off_closes_its_accounts_and_ends_their_logins(tmp_path: Path) -> None:
    with running_web_ui(tmp_path, web_demo=True) as demo:
        browser = demo.browser()
        browser.log_in("admin", "admin")
        cookie = browser.http.cookies[SESSION_COOKIE]

    with running_web_ui(tmp_path) as sober:
        assert sober.browser().log_in("admin", "admin").status_code == 401
        assert sober.services.first_administrator.is_missing()
        copied = sober.browser()
        copied.http.cookies.set(SESSION_COOKIE, cookie)
        assert copied.get("/account/password").status_code == 302

    with running_web_ui(tmp_path, web_demo=True) as demo_again:
        assert demo_again.browser().log_in("admin", "admin").status_code == 302
        assert demo_again.browser().http.cookies.get(SESSION_COOKIE) is None


def test_a_demo_password_stays_what_everybody_was_told(demo_web_ui: WebUi) -> None:
    browser = demo_web_ui.browser()
    browser.log_in("Guest", "guest")

    form = {"current": "guest", "new": "mine alone now", "repeated": "mine alone now"}
    answer = browser.post("/account/password", form, page="/oauth/logout")

    assert answer.status_code == 403
    assert "cannot be changed" in answer.text
    assert demo_web_ui.browser().log_in("Guest", "guest").status_code == 302


def test_the_demo_takes_no_account_from_a_person(tmp_path: Path) -> None:
    with running_web_ui(tmp_path) as sober:
        sober.add_user("admin", is_admin=True)

    with running_web_ui(tmp_path, web_demo=True) as demo:
        assert demo.browser().log_in("admin", "admin").status_code == 401
        assert demo.browser().log_in("admin").status_code == 302
