"""What people and programs are told when something went wrong."""

from html import unescape
from pathlib import Path

import pytest
import requests
from flask import Blueprint
from harness.web_ui import WebUi, running_web_ui
from kubeyard_web.access import public
from sqlalchemy import text
from sqlalchemy.event import listen
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


def test_a_table_that_is_missing_is_a_bug_and_logged_as_what_it_is(web_ui: WebUi) -> None:
    bob = web_ui.browser_of("bob")
    with web_ui.services.database.connection() as connection:
        connection.execute(text("DROP TABLE login_sessions"))
    with capture_logs() as events:
        answer = bob.get("/account/password")

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    [event] = [event for event in events if event["event"] == "request-failed"]
    assert "no such table: login_sessions" in event["reason"]
    assert "parameters hidden" in str(event["exc_info"])


@pytest.mark.parametrize(
    ("pragma", "step", "reason"),
    [
        ("query_only=1", "gives the web UI's account its folder", "attempt to write a readonly database"),
        ("max_page_count=1", "makes room there", "database or disk is full"),
    ],
)
def test_a_database_that_takes_nothing_in_is_told_as_that(
    web_ui: WebUi, pragma: str, step: str, reason: str
) -> None:
    engine = web_ui.services.database.engine
    # As SQLite's own disk were: each connection is told so at its beginning.
    listen(engine, "connect", lambda connection, _record: connection.execute(f"PRAGMA {pragma}"))
    engine.dispose()
    large = Blueprint("large", __name__)

    @large.get("/large")
    @public("only in this test")
    def write() -> str:
        with web_ui.services.database.connection() as connection:
            connection.execute(text("CREATE TABLE large AS SELECT zeroblob(1000000)"))
        return ""

    web_ui.app._got_first_request = False  # routes may be added only before the first request
    web_ui.app.register_blueprint(large)
    with capture_logs() as events:
        answer = web_ui.browser().get("/large")

    assert answer.status_code == 503
    assert "Nothing can be saved now" in answer.text
    assert step in unescape(answer.text)
    assert [event["reason"] for event in events if event["event"] == "database-not-written"] == [reason]


def test_a_database_that_cannot_be_opened_is_logged_in_its_own_words(tmp_path: Path) -> None:
    with running_web_ui(tmp_path) as web_ui:
        web_ui.add_user("bob")
        bob = web_ui.browser_of("bob")
        web_ui.services.database.engine.dispose()
        (tmp_path / "web.sqlite").rename(tmp_path / "elsewhere")
        (tmp_path / "web.sqlite").mkdir()
        with capture_logs() as events:
            answer = bob.get("/account/password")

    assert answer.status_code == 503
    assert "The database does not answer" in answer.text
    [event] = [event for event in events if event["event"] == "database-away"]
    assert event["reason"] == "unable to open database file"
