"""`stop` leaves nothing: no application, no container, no service."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests
from harness.platform import Platform
from harness.waiting import wait_until
from kubeyard_local import accounts, checks, processes
from kubeyard_local.layout import Layout

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(600)]
MARK = "604801"


def submit(platform: Platform, command: str) -> str:
    """Run a shell command as ada's application."""
    service = f"{platform.rm_url}/ws/v1/cluster/apps"
    user = {"user.name": "ada"}
    identity = str(
        requests.post(f"{service}/new-application", params=user, timeout=20).json()["application-id"]
    )
    context = {
        "application-id": identity,
        "application-name": "sleeper",
        "application-type": "KUBEYARD",
        "queue": "interactive",
        "max-app-attempts": 1,
        "am-container-spec": {"commands": {"command": command}},
        "resource": {"memory": 128, "vCores": 1},
        "application-tags": {"tag": ["kubeyard"]},
    }
    requests.post(service, params=user, json=context, timeout=20).raise_for_status()
    return identity


@pytest.fixture
def stopped_in_the_middle(platform: Platform) -> Iterator[str]:
    """What `stop` said while an application ran, one of whose processes had left its group."""
    submit(platform, f"setsid sleep {MARK} & exec sleep {MARK}")
    wait_until(lambda: len(sleeping()) >= 2, "the application's container runs", 60)
    if os.geteuid() == 0:
        assert {process.username() for process in sleeping()} == {"kubeyard-node"}
    done = platform.run("stop")
    assert done.returncode == 0, done.stdout + done.stderr
    yield done.stdout
    started = platform.run("start", timeout_seconds=600)
    assert started.returncode == 0, started.stdout + started.stderr


def sleeping() -> list[psutil.Process]:
    """The processes of the application, wherever they went."""
    found = psutil.process_iter(["cmdline"])
    return [process for process in found if process.info["cmdline"] == ["sleep", MARK]]


def test_stop_ends_applications_services_and_what_left_its_group(
    platform: Platform, stopped_in_the_middle: str
) -> None:
    assert "ended 1 applications" in stopped_in_the_middle
    assert "stopped " in stopped_in_the_middle
    assert not sleeping()
    assert not processes.find(Layout(platform.home, platform.home, Path("/nowhere")))
    assert not [name for name, port in platform.ports.items() if checks.is_taken(port)]
    if os.geteuid() == 0 and (owners := accounts.present()):
        home = str(platform.home)
        ours = (owners.services.uid, owners.node.uid, owners.lab.uid)
        left = [one for one in psutil.process_iter() if one.uids().real in ours]
        assert not [process for process in left if home in " ".join(process.cmdline())]


def test_stop_says_so_when_nothing_runs(platform: Platform) -> None:
    platform.stop()
    again = platform.run("stop")
    status = platform.run("status")
    started = platform.run("start", timeout_seconds=600)
    assert again.returncode == 0
    assert "nothing of Kubeyard runs any more" in again.stdout
    assert status.returncode == 1
    assert "not running" in status.stdout
    assert started.returncode == 0, started.stdout + started.stderr
