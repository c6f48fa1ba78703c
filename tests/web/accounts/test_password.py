"""Changing one's password."""

import pytest
from harness.web_ui import Browser, WebUi, password_of
from kubeyard_web.accounts.models import User
from requests import Response

PAGE = "/account/password"
NEW = "a staple and a battery"


def change(browser: Browser, **form: str) -> Response:
    """Fill in the form; by default as it should be."""
    usual = {"current": password_of("bob"), "new": NEW, "repeated": NEW}
    return browser.post(PAGE, usual | form)


def test_a_changed_password_is_the_one_to_log_in_with(web_ui: WebUi) -> None:
    assert change(web_ui.browser_of("bob")).status_code == 302

    assert web_ui.browser().log_in("bob", NEW).status_code == 302
    assert web_ui.browser().log_in("bob").status_code == 401


def test_a_changed_password_ends_the_logins_elsewhere_only(web_ui: WebUi) -> None:
    here, elsewhere = web_ui.browser_of("bob"), web_ui.browser_of("bob")

    change(here)

    assert here.get(PAGE).status_code == 200
    assert elsewhere.get(PAGE).status_code == 302


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"current": "not his"}, "This is not your current password."),
        ({"repeated": "something else"}, "This differs from the new password."),
        ({"new": "short", "repeated": "short"}, "at least 10 characters; this one has 5"),
        ({"new": "bob1234567", "repeated": "bob1234567"}, "must not be made of the name"),
        ({"new": "aaaaaaaaaaab", "repeated": "aaaaaaaaaaab"}, "so few different characters"),
        ({"new": "x" * 2000, "repeated": "x" * 2000}, "at most 1000 characters"),
    ],
)
def test_a_password_is_refused_with_the_reason(web_ui: WebUi, form: dict[str, str], told: str) -> None:
    answer = change(web_ui.browser_of("bob"), **form)

    assert answer.status_code == 422
    assert told in answer.text
    assert web_ui.browser().log_in("bob").status_code == 302


def test_guessing_the_current_password_is_slowed_down(web_ui: WebUi) -> None:
    browser = web_ui.browser_of("bob")

    answers = [change(browser, current=f"guess {number}").status_code for number in range(4)]

    assert answers == [422, 422, 422, 429]


def test_passwords_are_stored_as_argon2id(web_ui: WebUi) -> None:
    with web_ui.services.database.reading() as session:
        assert session.get_one(User, "bob").password_hash.startswith("$argon2id$")
