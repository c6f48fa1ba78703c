"""The commands, as processes of their own."""

import json
from pathlib import Path

import pytest
import requests
from harness.web_commands import Commands
from harness.web_ui import Browser

pytestmark = pytest.mark.slow


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """Commands with all settings that they need, and an empty database."""
    return Commands(tmp_path)


def test_serve_logs_json_takes_rotated_keys_and_stops_when_told(commands: Commands, tmp_path: Path) -> None:
    commands.set(WEB_DEMO="1")
    assert commands.run("migrate").returncode == 0
    log = tmp_path / "log"

    with commands.serving(log) as process:
        browser = Browser(commands.url)
        answer = browser.log_in("Guest", "guest")
        assert answer.status_code == 302
        before = requests.get(f"{commands.url}/jwks.json", timeout=5).json()["keys"]
        assert commands.run("rotate-keys").returncode == 0
        after = requests.get(f"{commands.url}/jwks.json", timeout=5).json()["keys"]
    assert after[1:] == before
    assert len(after) == 2
    assert process.returncode == 0

    events = [json.loads(line) for line in log.read_text().splitlines()]
    [login] = [event for event in events if event["event"] == "login-succeeded"]
    assert login["user"] == "guest"
    assert login["request_id"] == answer.headers["X-Request-ID"]
    assert list(commands.home.iterdir()) == []  # gunicorn's control socket would lie here


def test_without_an_administrator_a_command_prints_the_link_and_no_log_does(
    commands: Commands, tmp_path: Path
) -> None:
    commands.run("migrate")

    with commands.serving(tmp_path / "log"):
        printed = commands.run("admin-link")
        assert printed.returncode == 0
        link = printed.stdout.splitlines()[-1].removeprefix(commands.url)
        browser = Browser(commands.url)
        form = {"username": "ada", "new": "an engine of analysis", "repeated": "an engine of analysis"}
        made = browser.post("/first-administrator", form | {"link": link.partition("link=")[2]}, page=link)
        assert made.status_code == 302

    refused = commands.run("admin-link")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "There is an administrator already" in refused.stderr
    said = (tmp_path / "log").read_text()
    assert "python -m kubeyard_web admin-link" in said
    assert link.partition("link=")[2] not in said


def test_wrong_settings_are_told_in_one_line_each_without_a_traceback(commands: Commands) -> None:
    commands.set(WEB_BIND="nowhere")
    del commands.environment["KUBEYARD_JWKS_FILE"]

    refused = commands.run("serve")

    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr.splitlines() == [
        "KUBEYARD_JWKS_FILE is not set; the web UI cannot start without it.",
        "KUBEYARD_WEB_BIND is not host:port; give for example 127.0.0.1:5000.",
    ]


@pytest.mark.parametrize("command", ["serve", "prepare-keys", "rotate-keys", "admin-link"])
def test_damaged_keys_are_told_with_their_file_and_what_to_do(commands: Commands, command: str) -> None:
    file = Path(commands.environment["KUBEYARD_WEB_SIGNING_KEYS_FILE"])
    file.write_text('{"keys": [{"replaced_at"')

    refused = commands.run(command)

    assert refused.returncode == 1
    assert refused.stdout == ""
    told = (
        f"{file} cannot be used (ValueError): put the signing keys back from their backup, then run {command}"
    )
    assert refused.stderr == f"{told} again.\n"
    assert file.read_text() == '{"keys": [{"replaced_at"'
