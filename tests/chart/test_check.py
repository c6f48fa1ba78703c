"""The program by which `helm test`, and the script before an install, ask the platform's addresses."""

import subprocess
import sys

from harness.helm import CHART
from harness.scripted_server import Answer, ScriptedServer

PROGRAM = (CHART / "files" / "check.py").read_text()


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it, with a second for what is not up yet."""
    hasty = PROGRAM.replace("PATIENCE_SECONDS = 45", "PATIENCE_SECONDS = 1")
    assert hasty != PROGRAM
    command = [sys.executable, "-c", hasty, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_each_address_is_told_whether_it_answers_as_it_should() -> None:
    with ScriptedServer(lambda asked: Answer(b'{"status": "alive"}')) as server:
        done = check(f"{server.url}/healthz alive", f"{server.url}/jwks.json RS256")
    assert done.returncode == 1
    fine, wrong = done.stdout.splitlines()
    assert fine == f"fine: {server.url}/healthz"
    assert wrong.startswith(f"wrong: {server.url}/jwks.json answered without 'RS256': ")


def test_all_addresses_share_one_time_to_come_up_in() -> None:
    """Else the pod's own time is over before the last one was asked, and nothing is told of it."""
    with ScriptedServer(lambda asked: Answer(status=503)) as server:
        done = check(*(f"{server.url}/{name} ready" for name in ("first", "second", "third")))
    assert [line.split()[1] for line in done.stdout.splitlines()] == [
        f"{server.url}/{name}" for name in ("first", "second", "third")
    ]
    asked_for = [each.path for each in server.asked]
    assert asked_for.count("/first") > 1
    assert (asked_for.count("/second"), asked_for.count("/third")) == (1, 1)
