"""The tour on the whole real platform: it walks through, leaves nothing behind, and fails loudly."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator

import pytest
from harness.platform import SCRIPT, Platform, command
from harness.waiting import wait_until
from kubeyard_local.supervision import Supervisor
from kubeyard_local.tour.browser import Browser
from kubeyard_yarn.applications import ACTIVE_STATES
from kubeyard_yarn.resource_manager import ResourceManager

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(900)]


@pytest.fixture
def running_before(platform: Platform) -> set[str]:
    return _running(platform)


def _running(platform: Platform) -> set[str]:
    manager = ResourceManager([platform.rm_url], "kubeyard")
    running = manager.applications(ACTIVE_STATES)
    return {application.id for application in running if application.owner in ("guest", "admin")}


def _left_behind(platform: Platform) -> str:
    """What Guest's environments page shows of tours."""
    browser = Browser(platform.url("WEB"))
    browser.send(browser.page("/login").form("/login"), username="Guest", password="guest")
    text = browser.page("/environments").text
    browser.send(browser.page("/").form("/logout"))
    return " ".join(re.findall(r"tour-[0-9a-f]+", text))


# The README's commands walk it in every run.
@pytest.mark.long
def test_the_tour_walks_through_and_leaves_nothing_behind(
    platform: Platform, running_before: set[str]
) -> None:
    done = platform.run("tour", timeout_seconds=900)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "499999500000" in done.stdout
    assert "said an executor" in done.stdout
    assert "Nothing was left behind." in done.stdout
    wait_until(lambda: _running(platform) <= running_before, "no application is left over", 60)
    assert _left_behind(platform) == ""


@pytest.fixture
def tour(platform: Platform) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {
        "KUBEYARD_HOME": str(platform.home),
        "KUBEYARD_PORT_OFFSET": str(platform.offset),
    }
    with subprocess.Popen(
        ("bash", str(SCRIPT), "tour"),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process
        process.kill()


def test_an_interrupted_tour_tidies_up(
    platform: Platform, running_before: set[str], tour: subprocess.Popen[str]
) -> None:
    assert tour.stdout is not None
    for line in tour.stdout:
        if "said an executor" in line:
            break
    tour.send_signal(signal.SIGINT)
    rest = tour.stdout.read()
    assert tour.wait(timeout=120) == 130, rest
    assert "Left behind" not in rest
    wait_until(lambda: _running(platform) <= running_before, "no application is left over", 60)
    assert _left_behind(platform) == ""


def test_a_step_that_fails_ends_the_tour_with_its_name_and_where_to_look(platform: Platform) -> None:
    # Nothing listens there: the tour is led astray at its first step.
    astray = {"KUBEYARD_PORT_WEB": "1025"}
    done = command(platform.home, platform.offset, "tour", timeout_seconds=60, environment=astray)
    assert done.returncode == 1
    assert "Step 1 failed: Guest logs in at http://127.0.0.1:1025" in done.stderr
    assert "cannot be reached" in done.stderr
    assert "deployment_local.sh logs web" in done.stderr


@pytest.fixture
def halted_worker(platform: Platform) -> Iterator[None]:
    """Let the build worker stand still, as one does that hangs."""
    pid = Supervisor(platform.home / "run" / "supervisor.sock").state("worker").pid
    # Of a worker that is down it is 0, which would be this very run.
    assert pid > 0
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)


@pytest.mark.usefixtures("halted_worker")
def test_a_tour_whose_build_nobody_works_on_ends_and_says_so(platform: Platform) -> None:
    impatient = {"KUBEYARD_WORKER_PATIENCE_SECONDS": "1"}
    done = command(platform.home, platform.offset, "tour", timeout_seconds=120, environment=impatient)
    assert done.returncode == 1
    assert "the build worker has not answered since" in done.stderr
    assert "bash deployment_local.sh restart worker" in done.stderr
    assert "Left behind" not in done.stderr
    assert _left_behind(platform) == ""


def test_without_a_platform_the_tour_says_how_to_start_it(platform: Platform) -> None:
    elsewhere = platform.home / "run" / "nowhere"
    done = command(elsewhere, platform.offset, "tour", timeout_seconds=60)
    assert done.returncode == 1
    assert "bash deployment_local.sh" in done.stderr
