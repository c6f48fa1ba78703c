"""What becomes of kernels when their gateway goes, in peace or not."""

import signal

import pytest
from harness.gateway import GatewayProcess
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_yarn.applications import ACTIVE_STATES

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]


def test_ending_all_kernels_is_a_command_and_leaves_no_application(
    yarn: YarnGateway, own: GatewayProcess
) -> None:
    kernel_id = own.client("ada").start(yarn.spec.name)
    assert own.stop() == 0
    assert yarn.resource_manager.applications(ACTIVE_STATES, tags=[f"kernel:{kernel_id}"])
    assert own.end_kernels() == "ended 1 kernels"
    assert yarn.resource_manager.applications(ACTIVE_STATES, tags=[f"kernel:{kernel_id}"]) == []
    own.start()
    assert own.client("ada").kernel_ids() == []


def test_a_gateway_that_was_killed_takes_its_kernels_up_again(yarn: YarnGateway, own: GatewayProcess) -> None:
    ada = own.client("ada")
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run("kept = 41")
    before = yarn.application(kernel_id).id
    own.stop(signal.SIGKILL)
    own.start()
    assert ada.kernel_ids() == [kernel_id]
    with ada.connect(kernel_id) as channel:
        assert channel.run("kept + 1") == "42"
        assert channel.run("spark.range(2).count()").endswith("2")
    assert yarn.application(kernel_id).id == before


def test_a_kernel_that_ended_meanwhile_is_told_dead(yarn: YarnGateway, own: GatewayProcess) -> None:
    ada = own.client("ada")
    kernel_id = ada.start(yarn.spec.name)
    own.stop(signal.SIGKILL)
    yarn.resource_manager.kill(yarn.application(kernel_id).id)
    own.start()

    def state() -> str:
        return str(ada.send("GET", f"/api/kernels/{kernel_id}").json()["execution_state"])

    wait_until(lambda: state() == "dead", "the kernel is told dead", 15)
