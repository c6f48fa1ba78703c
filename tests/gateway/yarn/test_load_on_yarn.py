"""How often the ResourceManager is asked while people wait, on real YARN."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from harness.scripted_server import Answer, Asked, ScriptedServer
from harness.spare_gateway import SpareGateway, StartGateway
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_kernelspecs import write_kernelspec
from kubeyard_yarn.applications import Application, ApplicationState

pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(420)]
USERS = ("ada", "bob", "carl", "dora", "eve")
SECONDS = 20
# What is asked at once while a start is young.
YOUNG_SECONDS = 8


def waiting(gateway: SpareGateway) -> list[Application]:
    """The applications of the kernel that has no room."""
    found = gateway.yarn.resource_manager.applications([ApplicationState.ACCEPTED], tags=["kubeyard"])
    return [each for each in found if each.tagged("kernelspec") == "kubeyard.large"]


def test_people_who_wait_for_starts_and_spares_cost_one_request_a_second_at_most(
    start: StartGateway, yarn: YarnGateway, tmp_path: Path
) -> None:
    manager = yarn.resource_manager
    total_mb = manager.metrics().memory_total_mb
    # It fits into the cluster, but not beside another kernel.
    large = replace(
        yarn.spec, name="kubeyard.large", executors=0, driver_memory_mb=int((total_mb - 256) / 1.2)
    )
    for spec in (yarn.spec, large):
        write_kernelspec(tmp_path / "specs", spec)

    def pass_on(asked: Asked) -> Answer:
        url, kind = manager.active_url + asked.path, {"Content-Type": "application/json"}
        answer = requests.request(
            asked.method, url, params=asked.params, data=asked.body, headers=kind, timeout=30
        )
        return Answer(answer.content, answer.status_code, kind)

    with ScriptedServer(pass_on) as relay:
        specs = {"KUBEYARD_KERNELSPECS_DIR": str(tmp_path / "specs")}
        gateway = start(KUBEYARD_RM_URLS=relay.url, KUBEYARD_GATEWAY_SPARE_REFILL_SECONDS="1", **specs)
        gateway.client("ada").start(yarn.spec.name)
        bob = threading.Thread(
            target=gateway.client("bob").send, args=("POST", "/api/kernels", {"name": large.name})
        )
        bob.start()
        wait_until(lambda: waiting(gateway), "a start waits for memory", 30)
        for user in USERS:
            gateway.want(gateway.client(user))
        begin = time.monotonic()
        wait_until(lambda: time.monotonic() > begin + YOUNG_SECONDS, "the start is no longer young", 60, 0.5)
        asked_before = len(relay.asked)
        wait_until(lambda: time.monotonic() > begin + YOUNG_SECONDS + SECONDS, "time passes", 60, 0.5)
        asked = len(relay.asked) - asked_before
        assert waiting(gateway), "the start waits all the time"
        manager.kill(waiting(gateway)[0].id)
        bob.join(30)
    assert SECONDS / 4 <= asked <= SECONDS
