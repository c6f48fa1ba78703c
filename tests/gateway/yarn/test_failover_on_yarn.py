"""Two real ResourceManagers that share what they know, under whole kernels: in turn in charge."""

from collections.abc import Iterator

import pytest
import requests
from harness.gateway import GatewayProcess, Gateways, KernelClient
from harness.own_yarn import FIRST, SECOND, OwnYarn, Wanted, own_yarn
from harness.platform import Platform
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_yarn.applications import ApplicationState, FinalStatus

pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(900)]
LINES = 200
PRINTING = f"import time\nfor i in range({LINES}):\n    print('line', i, flush=True); time.sleep(0.1)"
SUM = "spark.range(10**6).selectExpr('sum(id)').collect()[0][0]"
END_EXECUTORS = """
backend = sc._jsc.sc().schedulerBackend()
ended = backend.killExecutors(sc._jsc.sc().getExecutorIds(), False, False, True)
"""


@pytest.fixture(scope="module")
def cluster(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnYarn]:
    with own_yarn(tmp_path_factory.mktemp("pair"), platform, Wanted()) as running:
        yield running


@pytest.fixture
def gateway(cluster: OwnYarn, start_own: Gateways) -> GatewayProcess:
    return start_own(KUBEYARD_GATEWAY_SPARES="0", **cluster.settings)


@pytest.fixture
def ada(gateway: GatewayProcess) -> Iterator[KernelClient]:
    client = gateway.client("ada")
    yield client
    for kernel_id in client.kernel_ids():
        client.send("DELETE", f"/api/kernels/{kernel_id}")


def word_of_yarn(gateway: GatewayProcess) -> str:
    checks = requests.get(f"{gateway.url}/readyz", timeout=20, verify=gateway.ca_file).json()["checks"]
    return str(checks["resourcemanager"])


def test_manager_that_dies_and_one_that_steps_down_cost_no_kernel_no_line_and_no_job(
    yarn: YarnGateway, cluster: OwnYarn, gateway: GatewayProcess, ada: KernelClient
) -> None:
    kernel_id = ada.start(yarn.spec.name)
    application_id = cluster.application(kernel_id).id
    with ada.connect(kernel_id) as channel:
        assert channel.run(SUM).endswith("499999500000")
        ident = channel.send(PRINTING)
        cluster.kill_manager(FIRST)
        cluster.hand_over(SECOND)
        assert channel.output(ident).splitlines() == [f"line {number}" for number in range(LINES)]
        wait_until(lambda: word_of_yarn(gateway) == "ok", "the gateway has found who is in charge", 60)
        assert cluster.application(kernel_id).state is ApplicationState.RUNNING
        # The next job needs an executor that Spark asks the new one for.
        assert channel.run(END_EXECUTORS) == ""
        assert channel.run(SUM) == "499999500000"
        second = ada.start(yarn.spec.name)
        cluster.start_manager(FIRST)
        cluster.hand_over(FIRST, before=SECOND)
        assert channel.run(END_EXECUTORS) == ""
        assert channel.run(SUM) == "499999500000"
    assert sorted(ada.kernel_ids()) == sorted([kernel_id, second])
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    wait_until(lambda: cluster.client.application(application_id).state.is_final, "it has ended")
    assert cluster.client.application(application_id).final_status is FinalStatus.SUCCEEDED
    assert cluster.application(second).state.is_final is False
