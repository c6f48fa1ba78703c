"""The HDFS home of whoever logs in."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from harness.waiting import wait_until
from harness.web_ui import AdvancingClock, WebUi, running_web_ui
from kubeyard_identity.verifier import Verifier
from kubeyard_web.accounts.home import Homes
from structlog.testing import capture_logs

MADE = as_json({"path": "/user/bob", "shared_path": "/shared", "created": True})
REFUSED = as_json(
    {"code": "cluster-unreachable", "detail": "HDFS is in safe mode.", "request_id": "1"}, status=503
)


class ApiServer:
    """An API server as far as homes go: makes them, or says why not."""

    def __init__(self) -> None:
        self.answer = MADE
        self.server = ScriptedServer(self._reply)

    def _reply(self, asked: Asked) -> Answer:
        return self.answer if asked.path.startswith("/api/v1/me/home") else Answer(status=404)

    @property
    def asked(self) -> list[Asked]:
        """The requests for a home so far."""
        return [each for each in self.server.asked if each.path.startswith("/api/v1/me/home")]


@pytest.fixture
def api_server() -> Iterator[ApiServer]:
    """An API server that makes homes."""
    api = ApiServer()
    with api.server:
        yield api


@pytest.fixture
def web_ui(tmp_path: Path, api_server: ApiServer) -> Iterator[WebUi]:
    """A web UI that talks to that API server."""
    with running_web_ui(tmp_path / "web", api_url=api_server.server.url) as running:
        running.add_user("bob")
        yield running


def test_a_login_has_the_home_made_in_the_persons_name(web_ui: WebUi, api_server: ApiServer) -> None:
    web_ui.browser().log_in("bob")

    [asked] = wait_until(lambda: api_server.asked, "the home is asked for")

    assert (asked.method, asked.path) == ("PUT", "/api/v1/me/home")
    token = {name.lower(): value for name, value in asked.headers.items()}["authorization"].removeprefix(
        "Bearer "
    )
    caller = Verifier(web_ui.services.settings.jwks_file, web_ui.url, "kubeyard-api").caller(token)
    assert caller.name == "bob"


def test_a_home_that_is_there_is_asked_for_once_a_login(web_ui: WebUi, api_server: ApiServer) -> None:
    browser = web_ui.browser()
    browser.log_in("bob")
    wait_until(lambda: api_server.asked, "the home is asked for")
    for _ in range(3):
        browser.get("/account/password")
    assert len(api_server.asked) == 1

    web_ui.browser().log_in("bob")

    wait_until(lambda: len(api_server.asked) == 2, "the next login asks again")


def test_a_home_that_fails_is_told_and_tried_again_until_it_is_there(
    web_ui: WebUi, api_server: ApiServer
) -> None:
    api_server.answer = REFUSED
    browser = web_ui.browser()
    browser.log_in("bob")
    problem = wait_until(lambda: web_ui.services.homes.problem("bob"), "the failure is known")
    assert problem == "HDFS is in safe mode."
    assert (
        "Your HDFS home could not be made yet: HDFS is in safe mode." in browser.get("/account/password").text
    )

    api_server.answer = MADE
    web_ui.clock.advance(6)
    browser.get("/account/password")

    wait_until(lambda: web_ui.services.homes.problem("bob") is None, "the next page had it made")
    assert "HDFS home" not in browser.get("/account/password").text


def test_a_home_that_nobody_can_ask_for_is_told_and_tried_again() -> None:
    """As without signing keys: no token, so no question."""
    asked: list[str] = []
    clock = AdvancingClock()
    homes = Homes(asked.append, clock)

    def no_token() -> str:
        raise OSError("no keys")

    homes.ensure("bob", no_token)
    assert homes.problem("bob") == "no keys"
    clock.advance(6)
    homes.ensure("bob", lambda: "a-token")
    homes.close()

    assert asked == ["a-token"]
    assert homes.problem("bob") is None


def test_a_home_that_hangs_holds_up_no_page(web_ui: WebUi, api_server: ApiServer) -> None:
    go_on = threading.Event()

    def hang(_asked: Asked) -> Answer:
        go_on.wait(30)
        return MADE

    api_server.server.script = hang
    try:
        browser = web_ui.browser()
        browser.log_in("bob")
        assert browser.get("/account/password").elapsed.total_seconds() < 10
    finally:
        go_on.set()


def test_an_api_server_that_is_away_is_told_in_plain_words(tmp_path: Path) -> None:
    with capture_logs() as events, running_web_ui(tmp_path) as web_ui:
        web_ui.add_user("bob")
        web_ui.browser().log_in("bob")

        problem = wait_until(lambda: web_ui.services.homes.problem("bob"), "the failure is known")

    assert problem == "the edge node is out of reach. It is made once that answers again."
    [reason] = [event["reason"] for event in events if event["event"] == "home-failed"]
    assert "127.0.0.1:9" in reason
