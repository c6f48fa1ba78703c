"""`stop` leaves nothing: no Lab, no application, no container, no service."""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests
from harness.platform import Platform
from harness.platform_kernels import KERNELSPEC, active, client, records
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


@dataclass(frozen=True)
class Stop:
    """What a platform in use said as it was stopped, twice, and what was left of it then."""

    first: subprocess.CompletedProcess[str]
    again: subprocess.CompletedProcess[str]
    status: subprocess.CompletedProcess[str]
    left: Sequence[psutil.Process]
    taken_ports: Sequence[str]
    gateway_records: Sequence[Path]
    hub_log: str


@pytest.fixture(scope="module")
def stop(platform: Platform) -> Stop:
    """Stop the platform under a Lab, a kernel and an application, and start it again.

    Once for all these tests: each start costs half a minute.
    """
    Person(platform, "Guest").log_in("guest").open_lab()
    assert HubService(platform).is_running("guest")
    client(platform, "guest").start(KERNELSPEC)
    submit(platform, f"setsid sleep {MARK} & exec sleep {MARK}")
    wait_until(lambda: len(sleeping()) >= 2, "the application's container runs", 60)
    if os.geteuid() == 0:
        assert {process.username() for process in sleeping()} == {"kubeyard-node"}
    log = platform.home / "logs" / "hub.log"
    said_before = log.stat().st_size  # of other tests' Labs too, whose stop is not the one that is tried here
    first = platform.run("stop", timeout_seconds=600)
    again, status = platform.run("stop"), platform.run("status")
    left = [*sleeping(), *processes.find(Layout(platform.home, platform.home, Path("/nowhere")))]
    taken = [name for name, port in platform.ports.items() if checks.is_taken(port)]
    kept, hub_log = records(platform), log.read_bytes()[said_before:].decode()
    started = platform.run("start", timeout_seconds=600)
    assert started.returncode == 0, started.stdout + started.stderr
    return Stop(first, again, status, left, taken, kept, hub_log)


def test_a_stop_ends_every_application_container_and_service(stop: Stop) -> None:
    """Not even a process of a container that had left its group stays."""
    assert stop.first.returncode == 0, stop.first.stderr
    assert re.search(r"ended \d+ applications", stop.first.stdout)
    assert (stop.left, stop.taken_ports) == ([], [])


def test_a_stop_ends_labs_by_the_hub(stop: Stop, platform: Platform) -> None:
    """A Lab that is told after its gateway has gone hangs, and has to be killed."""
    assert "ended 1 Lab" in stop.first.stdout
    # What left its container's group may have to be ended by itself, and nothing else.
    assert re.findall(r"ended also: (.+)", stop.first.stdout) in ([], ["1 x sleep"])
    assert "User guest server took" in stop.hub_log
    assert not HubService(platform).is_running("guest")


def test_a_stop_ends_kernels_and_forgets_them(stop: Stop, platform: Platform) -> None:
    assert stop.gateway_records == []
    assert active(platform, "guest") == []
    assert client(platform, "guest").kernel_ids() == []


def test_a_stop_may_be_said_twice(stop: Stop) -> None:
    assert (stop.again.returncode, stop.status.returncode) == (0, 1)
    assert "nothing of Kubeyard runs any more" in stop.again.stdout
    assert "not running" in stop.status.stdout
