"""The worker as a real process: cancelled, stopped, killed, and what is left afterwards."""

import signal
import subprocess
from pathlib import Path

import psutil
import pytest
from harness.api_server import ApiServer
from harness.package_index import PackageIndex
from harness.waiting import wait_until
from kubeyard_client.messages.environments import Build, BuildState, NewEnvironment

from .workers import Workers, alive, descendants

pytestmark = pytest.mark.slow

SLOW = "molasses"


@pytest.fixture
def build_id(api: ApiServer, index: PackageIndex) -> str:
    """Return ada's waiting build, which will wait for an index that does not answer."""
    index.keep_waiting(SLOW)
    made = api.client("ada").create_environment(NewEnvironment(name="lab", pip=(SLOW,)))
    assert made.latest_build is not None
    return made.latest_build.id


def reached(api: ApiServer, build_id: str, state: BuildState) -> Build:
    """The build, once it is in this state."""

    def look() -> Build | None:
        build = api.client("ada").show_build(build_id)
        return build if build.state is state else None

    found = wait_until(look, f"the build is {state}", timeout_seconds=90)
    assert found is not None
    return found


def solving(index: PackageIndex, worker: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes of a build that waits in the middle of solving."""
    assert index.asked_for_slow.wait(90)
    return descendants(worker.pid)


def left_over(api: ApiServer) -> list[Path]:
    """What builds have left in their working place."""
    return list((api.parts.settings.api_builds_dir / "work").glob("*"))


def test_a_failing_build_tells_why_and_leaves_nothing(api: ApiServer, workers: Workers) -> None:
    made = api.client("ada").create_environment(NewEnvironment(name="lab", pip=("kubeyard-no-such-package",)))
    assert made.latest_build is not None
    workers.start()
    build = reached(api, made.latest_build.id, BuildState.FAILED)
    assert build.error is not None
    assert (build.error.code, build.step) == ("unknown_package", "solve")
    assert "'kubeyard-no-such-package'" in build.error.detail
    assert [step.state.value for step in build.steps[:3]] == ["done", "failed", "waiting"]
    wait_until(lambda: not left_over(api), "the working folder is gone")
    assert "FAILED (unknown_package)" in api.client("ada").read_build_log(build.id)


def test_cancelling_ends_every_process_of_the_build(
    api: ApiServer, workers: Workers, index: PackageIndex, build_id: str
) -> None:
    processes = solving(index, workers.start())
    assert len(processes) >= 2
    api.client("ada").cancel_build(build_id)
    build = reached(api, build_id, BuildState.CANCELLED)
    assert build.cancel_requested_by == "ada"
    wait_until(lambda: not alive(processes), "the build's processes are gone")
    assert "cancelled by ada" in api.client("ada").read_build_log(build_id)


def test_a_worker_that_is_told_to_stop_gives_its_build_back(
    api: ApiServer, workers: Workers, index: PackageIndex, build_id: str
) -> None:
    worker = workers.start()
    processes = solving(index, worker)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert api.client("ada").show_build(build_id).state is BuildState.QUEUED
    assert alive(processes) == []
    assert left_over(api) == []


def test_a_killed_worker_takes_its_build_along_and_the_next_one_begins_it_again(
    api: ApiServer, workers: Workers, index: PackageIndex, build_id: str
) -> None:
    worker = workers.start()
    processes = solving(index, worker)
    worker.kill()
    worker.wait(10)
    wait_until(lambda: not alive(processes), "the build's processes are gone")
    assert left_over(api) != []
    index.asked_for_slow.clear()
    solving(index, workers.start())
    assert api.client("ada").show_build(build_id).state is BuildState.RUNNING
    assert "build lost its worker" in workers.log()
    api.client("ada").cancel_build(build_id)
    reached(api, build_id, BuildState.CANCELLED)
    assert api.client("ada").read_build_log(build_id).count("building ada/lab") == 2


def test_a_build_that_takes_too_long_is_stopped(api: ApiServer, workers: Workers, build_id: str) -> None:
    worker = workers.start(KUBEYARD_API_BUILD_TIMEOUT_SECONDS="1")
    processes = wait_until(lambda: descendants(worker.pid), "the build has a process", timeout_seconds=60)
    build = reached(api, build_id, BuildState.FAILED)
    assert build.error is not None
    assert build.error.code == "timed_out"
    wait_until(lambda: not alive(processes), "the build's processes are gone")


def test_folders_of_builds_that_do_not_run_are_swept(api: ApiServer, workers: Workers) -> None:
    half_made = api.parts.settings.api_builds_dir / "work" / ("0" * 32)
    (half_made / "prefix").mkdir(parents=True)
    workers.start()
    wait_until(lambda: not half_made.exists(), "the folder is gone")


def test_a_worker_refuses_a_python_that_does_not_run(workers: Workers) -> None:
    worker = workers.start(KUBEYARD_BASE_PYTHON="/nonexistent/python")
    assert worker.wait(60) == 2
    assert "KUBEYARD_BASE_PYTHON: The Python for new environments, /nonexistent/python" in workers.log()


def test_a_worker_refuses_a_database_of_another_version(workers: Workers, tmp_path: Path) -> None:
    worker = workers.start(KUBEYARD_API_DATABASE_URL=f"sqlite:///{tmp_path / 'empty.db'}")
    assert worker.wait(60) == 2
    assert "run `python -m kubeyard_api migrate` first" in workers.log()
