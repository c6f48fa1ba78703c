"""A web UI that is told to stop: streams end at once, what is being answered is answered."""

import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest
import requests
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from harness.waiting import wait_until
from harness.web_commands import Commands
from harness.web_ui import Browser

pytestmark = pytest.mark.slow
SECONDS = 60


class SlowApi:
    """An API server that knows nobody's kernels, and thinks about that for as long as a test wants."""

    def __init__(self) -> None:
        self.server = ScriptedServer(self._answer)
        self.may_answer = threading.Event()

    @property
    def is_thinking(self) -> bool:
        """Whether somebody waits for the kernels."""
        return any(one.path == "/api/v1/kernels" for one in self.server.asked)

    def _answer(self, asked: Asked) -> Answer:
        if asked.path == "/api/v1/kernels":
            assert self.may_answer.wait(SECONDS)
            return as_json({"kernels": []})
        return Answer(status=404)


@pytest.fixture
def slow_api() -> Iterator[SlowApi]:
    """It lets everybody go in the end."""
    api = SlowApi()
    with api.server:
        yield api
        api.may_answer.set()


@pytest.fixture
def served(slow_api: SlowApi, tmp_path: Path) -> Iterator[tuple[Popen[bytes], Browser]]:
    """The process of a web UI, and Guest's browser."""
    commands = Commands(tmp_path)
    commands.set(WEB_DEMO="1", API_URL=slow_api.server.url)
    assert commands.run("migrate").returncode == 0
    with commands.serving(tmp_path / "log") as process:
        browser = Browser(commands.url)
        assert browser.log_in("Guest", "guest").status_code == 302
        yield process, browser


def test_open_streams_end_and_hold_up_nothing(served: tuple[Popen[bytes], Browser], tmp_path: Path) -> None:
    process, guest = served
    streams = [guest.get("/events", stream=True).iter_content(None) for _ in range(5)]
    assert all(b"retry:" in next(stream) for stream in streams)
    process.send_signal(signal.SIGTERM)
    for stream in streams:
        # One that is cut off instead of ended would raise.
        assert not [line for line in b"".join(stream).splitlines() if line.startswith(b"retry:")]
    assert process.wait(timeout=SECONDS) == 0
    # The worker ended by itself; one that is killed would not have said so.
    assert "was sent SIGKILL" not in (tmp_path / "log").read_text()


def test_a_request_in_flight_is_answered(served: tuple[Popen[bytes], Browser], slow_api: SlowApi) -> None:
    process, guest = served
    answers: list[requests.Response] = []
    asking = threading.Thread(target=lambda: answers.append(guest.get("/kernels")))
    asking.start()
    wait_until(lambda: slow_api.is_thinking, "the page is being made")
    process.send_signal(signal.SIGTERM)
    wait_until(lambda: not _listens(guest), "no new visitor is let in")
    slow_api.may_answer.set()
    asking.join(SECONDS)
    assert [answer.status_code for answer in answers] == [200]
    assert process.wait(timeout=SECONDS) == 0


def _listens(browser: Browser) -> bool:
    try:
        return requests.get(f"{browser.url}/healthz", timeout=2).ok
    except requests.RequestException:
        return False
