"""A pair of ResourceManagers changes places under running kernels."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
import requests
from harness.gateway import GatewayProcess, Gateways
from harness.launched_kernels import LaunchingYarn
from harness.scripted_server import Answer, Asked, ScriptedServer
from harness.scripted_yarn import SPEC, spark_folders
from harness.waiting import wait_until
from kubeyard_kernelspecs import write_kernelspec

pytestmark = pytest.mark.slow


class Pair:
    """Two members that share what they know, as through their store; only the active one tells of it."""

    def __init__(self, yarn: LaunchingYarn) -> None:
        self.yarn = yarn
        self.active: int | None = 0

    def answer(self, member: int, asked: Asked) -> Answer:
        if member != self.active:
            return Answer(
                b"This is standby RM. There is no active RM right now.",
                headers={"Content-Type": "text/plain"},
            )
        return self.yarn(asked)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    yarn = LaunchingYarn(tmp_path)
    yield Pair(yarn)
    yarn.close()


@pytest.fixture
def gateway(pair: Pair, start_gateway: Gateways, tmp_path: Path) -> Iterator[GatewayProcess]:
    """A gateway that knows both."""
    with ExitStack() as stack:
        files = stack.enter_context(ScriptedServer(pair.yarn))
        members = [stack.enter_context(ScriptedServer(partial(pair.answer, member))) for member in (0, 1)]
        process = start_gateway(
            KUBEYARD_RM_URLS=",".join(member.url for member in members),
            KUBEYARD_HTTPFS_URL=files.url,
            KUBEYARD_GATEWAY_STOP_TIMEOUT_SECONDS="1",
            KUBEYARD_GATEWAY_SPARES="0",
            **spark_folders(tmp_path),
        )
        write_kernelspec(process.folder / "kernelspecs", SPEC)
        yield process
        process.stop()


def word_of_yarn(gateway: GatewayProcess) -> str:
    answer = requests.get(f"{gateway.url}/readyz", timeout=20, verify=gateway.ca_file)
    return str(answer.json()["checks"]["resourcemanager"])


def test_a_failover_costs_no_kernel_and_no_cell(gateway: GatewayProcess, pair: Pair) -> None:
    ada = gateway.client("ada")
    kernel_id = ada.start(SPEC.name)
    with ada.connect(kernel_id) as channel:
        channel.run("kept = 41")
        pair.active = None
        wait_until(lambda: "standby" in word_of_yarn(gateway), "the gateway sees nobody in charge")
        assert channel.run("kept + 1") == "42"
        assert ada.send("GET", f"/api/kernels/{kernel_id}").json()["execution_state"] != "dead"
        pair.active = 1
        wait_until(lambda: word_of_yarn(gateway) == "ok", "the gateway has found who is in charge now")
        assert channel.run("kept + 2") == "43"
    assert ada.kernel_ids() == [kernel_id]
    second = ada.start(SPEC.name)
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    assert ada.kernel_ids() == [second]
    assert [row["state"] for row in pair.yarn.applications][1:] == ["RUNNING"]


def test_a_kernel_is_refused_while_nobody_is_in_charge_and_leaves_nothing(
    gateway: GatewayProcess, pair: Pair
) -> None:
    ada = gateway.client("ada")
    pair.active = None
    answer = ada.send("POST", "/api/kernels", {"name": SPEC.name})
    assert answer.status_code == 503
    assert "no active ResourceManager" in answer.json()["reason"]
    pair.active = 1
    wait_until(lambda: word_of_yarn(gateway) == "ok", "the gateway has found who is in charge now")
    assert ada.kernel_ids() == []
    assert [row for row in pair.yarn.applications if row.get("state") == "RUNNING"] == []
