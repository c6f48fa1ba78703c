"""YARN begins an application anew, whose kernel went with its first container; what YARN says is scripted."""

from typing import Any

import pytest
from harness.gateway import GatewayProcess, KernelClient
from harness.scripted_server import Answer, Asked, as_json
from harness.scripted_yarn import SPEC, ScriptedYarn, connection, report
from harness.waiting import wait_until

pytestmark = pytest.mark.slow
MOST_AT_A_TIME = 5
FIRST, SECOND = "container_e17_1_0001_01_000001", "container_e17_1_0001_02_000001"


class TryingYarn(ScriptedYarn):
    """Tells of the tries of its applications too, as many as each row says."""

    def __init__(self) -> None:
        super().__init__()
        # How often that was asked after each list of what runs.
        self.asked_after_looks = [0]

    def _manager(self, asked: Asked, path: str) -> Answer:
        if path == "/apps" and "RUNNING" in asked.params.get("states", ""):
            self.asked_after_looks.append(0)
        match path.split("/"):
            case ["", "apps", ident, "appattempts"]:
                self.asked_after_looks[-1] += 1
                tries = range(1, self._rows[ident].get("tries", 1) + 1)
                return as_json({"appAttempts": {"appAttempt": [{"id": number} for number in tries]}})
        return super()._manager(asked, path)


@pytest.fixture(scope="module")
def yarn() -> TryingYarn:
    return TryingYarn()


def logs_of(container: str) -> dict[str, str]:
    """How a row names the container of its ApplicationMaster."""
    return {"amContainerLogs": f"http://node:8042/node/containerlogs/{container}/ada"}


def started(ada: KernelClient, yarn: TryingYarn, container: str = FIRST) -> tuple[str, dict[str, Any]]:
    """A kernel that runs in this container, and the row of its application."""
    yarn.runs(lambda number, told: report(told, connection() | {"container": container}))
    kernel_id = ada.start(SPEC.name)
    [row] = yarn.applications
    row.update(logs_of(container))
    return kernel_id, row


def death_of(ada: KernelClient, kernel_id: str) -> Any:
    return ada.send("GET", f"/api/kernels/{kernel_id}").json()["kubeyard"].get("death")


ANEW: dict[str, tuple[dict[str, Any], str]] = {
    "taken for another queue": (logs_of(SECOND) | {"numAMContainerPreempted": 1}, "preempted"),
    "its node was lost": (logs_of(SECOND), "node-lost"),
    "its node was lost, and no other has room": ({"amContainerLogs": "", "tries": 2}, "node-lost"),
}


@pytest.mark.parametrize("what", ANEW)
@pytest.mark.parametrize("restarted", [False, True], ids=["as it is", "gateway restarted"])
def test_kernel_of_the_first_try_is_dead_and_the_second_is_ended(
    gateway: GatewayProcess, yarn: TryingYarn, what: str, restarted: bool
) -> None:
    ada = gateway.client("ada")
    kernel_id, row = started(ada, yarn)
    changes, cause = ANEW[what]
    if restarted:
        gateway.stop()
        gateway.start()
    row.update(changes)
    found = wait_until(lambda: death_of(ada, kernel_id), "the gateway tells of the death", 30)
    assert found["cause"] == cause
    wait_until(lambda: row["state"] == "KILLED", "nobody's kernel is ended", 30)


def test_kernel_that_only_the_second_try_brought_lives(gateway: GatewayProcess, yarn: TryingYarn) -> None:
    ada = gateway.client("ada")
    kernel_id, row = started(ada, yarn, SECOND)
    row.update(tries=2, numAMContainerPreempted=1)
    # Once YARN tells of another kernel's end it has been asked about this one as well.
    other = gateway.client("bob").start(SPEC.name)
    yarn.applications[1].update(state="FAILED", finalStatus="FAILED", diagnostics="exitCode: 1")
    bob = gateway.client("bob")
    wait_until(lambda: death_of(bob, other), "the gateway has looked", 30)
    assert death_of(ada, kernel_id) is None
    assert row["state"] == "RUNNING"


def test_of_many_that_wait_for_a_container_a_few_are_asked_about_at_a_time(
    gateway: GatewayProcess, yarn: TryingYarn
) -> None:
    ada = gateway.client("ada")
    yarn.runs(lambda number, told: report(told, connection() | {"container": FIRST}))
    kernels = [ada.start(SPEC.name) for _ in range(MOST_AT_A_TIME + 2)]
    for row in yarn.applications:
        row.update(logs_of(FIRST))
    yarn.asked_after_looks[:] = [0]
    for row in yarn.applications:
        row.update(amContainerLogs="", tries=2)
    wait_until(lambda: all(death_of(ada, each) for each in kernels), "the gateway tells of each death", 60)
    assert max(yarn.asked_after_looks) == MOST_AT_A_TIME
