"""A platform without demo accounts: it makes way for its first administrator, and reset ends it."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from harness.platform import SCRIPT
from harness.scripts import run_unattended

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PORT_OFFSET = 5450


class OwnPlatform:
    """deployment_local.sh on a folder and ports of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "KUBEYARD_HOME": str(self.home),
            "KUBEYARD_PORT_OFFSET": str(PORT_OFFSET),
        }
        return run_unattended(["bash", SCRIPT, *arguments], environment, 400)


@pytest.fixture(scope="module")
def own() -> Iterator[OwnPlatform]:
    # pytest's own temporary folders are closed to the accounts that the services run under.
    home = Path(tempfile.mkdtemp(prefix="kubeyard-tests-", dir="/var/tmp"))
    home.chmod(0o755)
    platform = OwnPlatform(home)
    yield platform
    platform.run("reset", "--yes")
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def link(own: OwnPlatform) -> str:
    """What the first start prints where it would print the demo's logins."""
    started = own.run("start", "--no-demo", "--only", "web")
    assert started.returncode == 0, started.stdout + started.stderr
    assert "guest" not in started.stdout
    found = re.search(r"http://127\.0\.0\.1:\d+/first-administrator\?link=\S+", started.stdout)
    assert found is not None, started.stdout
    return found[0]


def test_the_printed_link_opens_the_form_for_the_first_administrator(link: str) -> None:
    page = requests.get(link, timeout=10)
    assert page.status_code == 200
    assert 'type="password"' in page.text


def test_there_is_no_banner_and_no_demo_account(link: str) -> None:
    session = requests.Session()
    site = link.partition("/first-administrator")[0]
    page = session.get(f"{site}/login", timeout=10).text
    assert "Demo accounts" not in page
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    form = {"csrf_token": token[1], "username": "Guest", "password": "guest"}
    answer = session.post(f"{site}/login", data=form, timeout=10, headers={"Referer": f"{site}/login"})
    assert answer.status_code in (400, 401, 403)


def test_the_link_lies_in_no_log(own: OwnPlatform, link: str) -> None:
    secret = link.partition("link=")[2]
    logs = list((own.home / "logs").glob("*.log"))
    assert logs
    assert [log.name for log in logs if secret in log.read_text()] == []


def test_reset_asks_first_and_then_leaves_no_data(own: OwnPlatform, link: str) -> None:
    assert link
    refused = own.run("reset")
    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    assert (own.home / "state").is_dir()
    assert own.run("reset", "--yes").returncode == 0
    assert not (own.home / "state").exists()
