"""Which processes belong to a platform, and how they are ended."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from harness.waiting import wait_until
from kubeyard_local import processes
from kubeyard_local.layout import Layout

SLEEP = ("sleep", "6047")
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""

Run = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def run() -> Iterator[Run]:
    """Starts a process in a session of its own; ends it if the test did not."""
    started: list[subprocess.Popen[str]] = []

    def start(
        *command: str, env: dict[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            command,
            env={"PATH": "/usr/bin:/bin", **(env or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with process:
            process.kill()


def found(layout: Layout) -> set[int]:
    return {process.pid for process in processes.find(layout)}


def test_a_service_is_found_with_what_it_started(layout: Layout, run: Run) -> None:
    mark = {"KUBEYARD_HOME": str(layout.home), "KUBEYARD_SERVICE": "web"}
    parent = run("sh", "-c", "env -i sleep 6047 & wait", env=mark)
    wait_until(lambda: psutil.Process(parent.pid).children(), "the service has started its own")
    assert found(layout) == {parent.pid, psutil.Process(parent.pid).children()[0].pid}


def test_a_container_is_found_by_where_it_works(layout: Layout, run: Run) -> None:
    container = layout.hadoop / "nm-local" / "usercache" / "ada"
    container.mkdir(parents=True)
    pid = run(*SLEEP, cwd=container).pid
    wait_until(lambda: found(layout) == {pid}, "the container is found, and nothing else")


def test_a_lab_is_found_by_its_environment(layout: Layout, run: Run) -> None:
    lab = layout.venvs / "lab" / "bin" / "python"
    lab.parent.mkdir(parents=True)
    lab.symlink_to("/bin/sleep")
    pid = run(str(lab), "6047").pid
    wait_until(lambda: found(layout) == {pid}, "the Lab is found, and nothing else")


def test_a_persons_own_programs_are_left_alone(layout: Layout, run: Run) -> None:
    log = layout.logs / "web.log"
    log.touch()
    own = [
        run("tail", "-f", str(log)),
        run(*SLEEP, env={"KUBEYARD_HOME": str(layout.home)}),
        run(*SLEEP, env={"KUBEYARD_HOME": "/elsewhere", "KUBEYARD_SERVICE": "web"}),
    ]
    wait_until(lambda: all(psutil.Process(one.pid).cmdline() for one in own), "the programs run")
    assert found(layout) == set()


def test_what_does_not_listen_is_ended_all_the_same(
    layout: Layout, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.5)
    mark = {"KUBEYARD_HOME": str(layout.home), "KUBEYARD_SERVICE": "worker"}
    deaf = run(sys.executable, "-c", STUBBORN, env=mark)
    assert deaf.stdout is not None
    assert deaf.stdout.readline() == "deaf\n"
    ended = processes.end(processes.find(layout))
    assert [one.pid for one in ended] == [deaf.pid]
    assert not psutil.pid_exists(deaf.pid)
