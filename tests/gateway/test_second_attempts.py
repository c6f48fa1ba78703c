"""YARN begins an application anew, whose kernel went with its first container; what YARN says is scripted."""

from collections.abc import Iterator
from typing import Any

import pytest
from harness.gateway import GatewayProcess, Gateways, KernelClient
from harness.scripted_server import Answer, Asked, as_json
from harness.scripted_yarn import SPEC, ScriptedYarn, connection, gateway_before, report
from harness.waiting import wait_until

pytestmark = pytest.mark.slow
FIRST, SECOND = "container_e17_1_0001_01_000001", "container_e17_1_0001_02_000001"


class TryingYarn(ScriptedYarn):
    """Tells of the tries of its applications too, as many as each row says."""

    def _manager(self, asked: Asked, path: str) -> Answer:
        match path.split("/"):
            case ["", "apps", ident, "appattempts"]:
                tries = range(1, self._rows[ident].get("tries", 1) + 1)
                return as_json({"appAttempts": {"appAttempt": [{"id": number} for number in tries]}})
        return super()._manager(asked, path)


@pytest.fixture(scope="module")
def yarn() -> TryingYarn:
    return TryingYarn()


@pytest.fixture(scope="module")
def gateway(
    yarn: TryingYarn, start_gateway: Gateways, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayProcess]:
    with gateway_before(yarn, start_gateway, tmp_path_factory.mktemp("cluster")) as process:
        yield process


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
