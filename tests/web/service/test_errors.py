"""What people and programs are told when something went wrong."""

import pytest
import requests
from flask import Blueprint
from harness.web_ui import WebUi
from kubeyard_web.access import public
from structlog.testing import capture_logs


@pytest.mark.parametrize("name", [None, "bob"])
def test_a_missing_page_is_told_in_the_shell_with_the_requests_id(web_ui: WebUi, name: str | None) -> None:
    browser = web_ui.browser_of(name) if name else web_ui.browser()

    answer = browser.get("/nowhere")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def test_a_wrong_method_says_which_are_right(web_ui: WebUi) -> None:
    answer = web_ui.browser_of("bob").get("/logout")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_programs_are_told_in_json(web_ui: WebUi) -> None:
    answer = requests.get(f"{web_ui.url}/api/token", timeout=5)

    assert answer.status_code == 405
    assert answer.json()["code"] == "method-not-allowed"
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


def test_a_bug_is_logged_with_its_traceback_and_told_without(web_ui: WebUi) -> None:
    broken = Blueprint("broken", __name__)

    @broken.get("/broken")
    @public("only in this test")
    def fail() -> str:
        raise RuntimeError("the inner workings")

    web_ui.app._got_first_request = False  # routes may be added only before the first request
    web_ui.app.register_blueprint(broken)
    with capture_logs() as events:
        answer = web_ui.browser().get("/broken")

    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    assert "inner workings" not in answer.text
    [event] = [event for event in events if event["event"] == "request-failed"]
    assert isinstance(event["exc_info"], RuntimeError)
