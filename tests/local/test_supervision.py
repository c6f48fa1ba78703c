"""The real supervisor with our configuration: what reaches a service, and what happens when it dies."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from harness.waiting import wait_until
from kubeyard_local import accounts, supervisor_config
from kubeyard_local.accounts import Account
from kubeyard_local.layout import Layout
from kubeyard_local.problem import Problem
from kubeyard_local.readiness import always
from kubeyard_local.service import Service
from kubeyard_local.supervision import Supervisor

pytestmark = pytest.mark.slow

TELL = "import json, os, sys, time; json.dump(dict(os.environ), open(sys.argv[1], 'w')); time.sleep(600)"
AWKWARD = {
    "PERCENT": "50%",
    "COMMA": "a,b=c",
    "QUOTE": 'say "yes" now',
    "APOSTROPHE": "it's",
    "HASH": "a#b;c",
}


@pytest.fixture
def told(tmp_path: Path) -> Path:
    return tmp_path / "told.json"


def own_account() -> Account:
    return Account("", os.geteuid(), os.getegid())


def service(told: Path, environment: dict[str, str]) -> Service:
    command = (sys.executable, "-c", TELL, str(told))
    return Service("teller", command, environment, own_account(), always, memory_mb=10)


@pytest.fixture
def supervisor(layout: Layout, told: Path) -> Iterator[Supervisor]:
    """A supervisor with one service, which writes its environment down."""
    text = supervisor_config.text(layout, [service(told, AWKWARD)], as_root=os.geteuid() == 0)
    supervisor_config.config_file(layout).write_text(text)
    running = Supervisor(supervisor_config.socket_file(layout))
    supervisor_config.launch(layout, running)
    process = psutil.Process(running.pid())
    yield running
    running.shut_down()
    process.wait(20)


def test_awkward_values_reach_the_service_unchanged(supervisor: Supervisor, told: Path) -> None:
    supervisor.start("teller")
    wait_until(
        lambda: told.exists() and told.read_text().endswith("}"), "the service has told its environment"
    )
    environment = json.loads(told.read_text())
    assert {name: environment.get(name) for name in AWKWARD} == AWKWARD


def test_nothing_of_the_callers_environment_reaches_a_service(
    layout: Layout, told: Path, supervisor: Supervisor
) -> None:
    supervisor.start("teller")
    wait_until(
        lambda: told.exists() and told.read_text().endswith("}"), "the service has told its environment"
    )
    ours = {*AWKWARD, "PATH", "LANG", "LC_CTYPE"}
    assert {name for name in json.loads(told.read_text()) if not name.startswith("SUPERVISOR_")} <= ours


def test_a_service_that_dies_is_started_again(supervisor: Supervisor) -> None:
    supervisor.start("teller")
    wait_until(lambda: supervisor.state("teller").is_running, "the service runs")
    first = supervisor.state("teller").pid
    psutil.Process(first).kill()

    def runs_again() -> bool:
        state = supervisor.state("teller")
        return state.is_running and state.pid != first

    wait_until(runs_again, "the service runs again")


def test_a_stopped_service_stays_stopped_and_starts_when_asked(supervisor: Supervisor) -> None:
    supervisor.start("teller")
    wait_until(lambda: supervisor.state("teller").is_running, "the service runs")
    supervisor.stop("teller")
    wait_until(lambda: supervisor.state("teller").state == "STOPPED", "the service has stopped")
    supervisor.start("teller")
    wait_until(lambda: supervisor.state("teller").is_running, "the service runs")


def test_a_service_that_ends_just_before_it_is_stopped_is_no_error(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor.start("teller")
    running = wait_until(lambda: (state := supervisor.state("teller")).is_running and state, "it runs")
    supervisor.stop("teller")
    wait_until(lambda: not supervisor.state("teller").is_active, "it has ended")
    monkeypatch.setattr(supervisor, "state", lambda _: running)
    supervisor.stop("teller")
    monkeypatch.undo()
    assert not supervisor.state("teller").is_active


def test_no_supervisor_is_no_error(layout: Layout) -> None:
    assert not Supervisor(supervisor_config.socket_file(layout)).is_alive()


@pytest.mark.parametrize(
    "value", ["two\nlines", "a # comment", "a ; comment", "both ' and \" in it", '"quoted"']
)
def test_a_value_that_cannot_be_written_is_refused_by_its_name(
    layout: Layout, told: Path, value: str
) -> None:
    with pytest.raises(Problem, match="HTTPS_PROXY"):
        supervisor_config.text(layout, [service(told, {"HTTPS_PROXY": value})], as_root=False)


def test_another_account_is_entered_without_any_right() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root starts services under other accounts")
    command = accounts.under(Account("nobody", 65534, 65534), ("true",), ("setuid",))
    assert command[0] == "setpriv"
    assert {"--no-new-privs", "--bounding-set=-all,+setuid", "--ambient-caps=-all,+setuid"} < set(command)
