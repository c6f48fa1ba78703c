"""`stop` leaves nothing: no Lab, no application, no container, no service."""

import os
import re
from pathlib import Path

import psutil
import pytest
import requests
from harness.platform import Platform
from harness.waiting import wait_until
from hub.person import HubService, Person
from kubeyard_local import checks, processes
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


def sleeping() -> list[psutil.Process]:
    """The processes of the application, wherever they went."""
    found = psutil.process_iter(["cmdline"])
    return [process for process in found if process.info["cmdline"] == ["sleep", MARK]]


def test_stop_ends_labs_by_the_hub(platform: Platform) -> None:
    """A Lab that is told after its gateway has gone hangs, and has to be killed."""
    Person(platform, "Guest").log_in("guest").open_lab()
    assert HubService(platform).is_running("guest")
    stopped = platform.run("stop")
    hub_log = (platform.home / "logs" / "hub.log").read_text()
    restarted = platform.run("start", timeout_seconds=600)
    assert stopped.returncode == 0, stopped.stderr
    assert "ended 1 Lab" in stopped.stdout
    assert "ended also" not in stopped.stdout
    assert "User guest server took" in hub_log
    assert restarted.returncode == 0, restarted.stdout + restarted.stderr
    assert not HubService(platform).is_running("guest")


def test_stop_leaves_no_application_container_or_service(platform: Platform) -> None:
    """Not even a process of a container that had left its group; and it may be said twice."""
    submit(platform, f"setsid sleep {MARK} & exec sleep {MARK}")
    wait_until(lambda: len(sleeping()) >= 2, "the application's container runs", 60)
    if os.geteuid() == 0:
        assert {process.username() for process in sleeping()} == {"kubeyard-node"}
    stopped, again, status = platform.run("stop"), platform.run("stop"), platform.run("status")
    left = [*sleeping(), *processes.find(Layout(platform.home, platform.home, Path("/nowhere")))]
    taken = [name for name, port in platform.ports.items() if checks.is_taken(port)]
    started = platform.run("start", timeout_seconds=600)
    assert (stopped.returncode, again.returncode, status.returncode) == (0, 0, 1), stopped.stderr
    assert re.search(r"ended \d+ applications", stopped.stdout)
    assert "nothing of Kubeyard runs any more" in again.stdout
    assert "not running" in status.stdout
    assert (left, taken) == ([], [])
    assert started.returncode == 0, started.stdout + started.stderr
