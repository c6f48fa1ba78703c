"""What becomes of kernels when their gateway goes, in peace or not."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.free_address import free_address
from harness.gateway import GatewayProcess
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_yarn.applications import ACTIVE_STATES

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]


@pytest.fixture
def own(yarn: YarnGateway, tmp_path: Path) -> Iterator[GatewayProcess]:
    """A gateway that this test alone may end."""
    process = GatewayProcess(tmp_path, free_address(), yarn.process.environment)
    process.environment |= {
        "KUBEYARD_GATEWAY_BIND": process.url.removeprefix("http://"),
        "KUBEYARD_GATEWAY_RESPONSE": free_address(),
        "KUBEYARD_GATEWAY_STATE_DIR": str(tmp_path / "state"),
        "KUBEYARD_JWKS_FILE": str(tmp_path / "jwks.json"),
    }
    process.start()
    yield process
    process.stop()


def test_the_gateways_end_leaves_no_application(yarn: YarnGateway, own: GatewayProcess) -> None:
    kernel_id = own.client("ada").start(yarn.spec.name)
    assert own.stop() == 0
    assert yarn.resource_manager.applications(ACTIVE_STATES, tags=[f"kernel:{kernel_id}"]) == []


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
