"""What comes back by itself, and what the next start makes good."""

import os
import subprocess
from pathlib import Path

import psutil
import pytest
from harness.platform import SCRIPT, STOP_SECONDS, Platform, choice
from harness.waiting import wait_until
from kubeyard_local import processes
from kubeyard_local.layout import Layout
from kubeyard_local.supervision import Supervisor

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(600)]


def supervisor(platform: Platform) -> Supervisor:
    return Supervisor(platform.home / "run" / "supervisor.sock")


def members(platform: Platform) -> list[psutil.Process]:
    return processes.find(Layout(platform.home, platform.home, Path("/nowhere")))


def all_ready(platform: Platform) -> bool:
    return platform.run("status").returncode == 0


def restore(platform: Platform) -> None:
    done = platform.run("start", timeout_seconds=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all_ready(platform)


def test_a_killed_datanode_comes_back_by_itself(platform: Platform) -> None:
    first = supervisor(platform).state("datanode").pid
    psutil.Process(first).kill()
    wait_until(
        lambda: supervisor(platform).state("datanode").pid not in (0, first), "another DataNode runs", 60
    )
    wait_until(lambda: all_ready(platform), "every service is ready again", 120, every_seconds=1)


def test_a_service_that_was_killed_is_told_as_not_ready_meanwhile(platform: Platform) -> None:
    psutil.Process(supervisor(platform).state("historyserver").pid).kill()
    told = platform.run("status")
    assert told.returncode == 1
    row = next(line for line in told.stdout.splitlines() if line.startswith("historyserver"))
    assert row.split()[1] != "ready"
    wait_until(lambda: all_ready(platform), "every service is ready again", 120, every_seconds=1)


def test_restarting_one_service_leaves_the_others_alone(platform: Platform) -> None:
    before = {name: state.pid for name, state in supervisor(platform).states().items()}
    done = platform.run("restart", "httpfs")
    assert done.returncode == 0, done.stderr
    after = {name: state.pid for name, state in supervisor(platform).states().items()}
    assert {name for name in before if before[name] != after[name]} == {"httpfs"}


def test_the_next_start_ends_what_a_killed_supervisor_left(platform: Platform) -> None:
    psutil.Process(supervisor(platform).pid()).kill()
    left = {process.pid for process in members(platform)}
    assert len(left) > 6
    done = platform.run("start", timeout_seconds=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "that a killed platform had left" in done.stdout
    assert not left & {process.pid for process in members(platform)}
    assert all_ready(platform)


def test_the_next_start_goes_on_where_one_was_killed(platform: Platform) -> None:
    """Killed once the configuration is written, the next one once a daemon lives; the third arrives."""
    platform.stop()
    (platform.home / "run" / "supervisord.conf").unlink()
    _kill_a_start(platform, "supervisord.conf")
    _kill_a_start(platform, "datanode")
    restore(platform)


def _kill_a_start(platform: Platform, reached: str) -> None:
    assert not _has_reached(platform, reached)
    with subprocess.Popen(
        ("bash", str(SCRIPT), "start"),
        env={**os.environ, **choice(platform.home, platform.offset)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as start:
        wait_until(lambda: _has_reached(platform, reached), f"the start has reached {reached}", 120, 0.02)
        assert start.poll() is None
        start.kill()


def _has_reached(platform: Platform, what: str) -> bool:
    if what.endswith(".conf"):
        return (platform.home / "run" / what).exists()
    running = supervisor(platform)
    return running.is_alive() and running.state(what).pid > 0


def test_two_starts_at_once_are_refused_with_the_other_one_named(platform: Platform) -> None:
    lock = platform.home / ".lock"
    with subprocess.Popen(
        ("flock", str(lock), "sh", "-c", f'echo $$ >"{lock}"; echo held; exec sleep 600'),
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        refused = platform.run("start", timeout_seconds=STOP_SECONDS)
        for child in psutil.Process(holder.pid).children():
            child.kill()
        holder.kill()
    assert refused.returncode == 1
    assert f"Another deployment_local.sh works on {platform.home}" in refused.stderr
