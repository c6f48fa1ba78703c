"""YARN's own daemons end under running kernels, and no kernel is lost by it."""

import psutil
import pytest
from harness.gateway import KernelClient
from harness.platform import Platform
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_local.supervision import Supervisor
from kubeyard_yarn.applications import ApplicationState
from kubeyard_yarn.errors import YarnError

pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(600)]
LINES = 120
PRINTING = f"import time\nfor i in range({LINES}):\n    print('line', i, flush=True); time.sleep(0.1)"
END_EXECUTORS = """
backend = sc._jsc.sc().schedulerBackend()
ended = backend.killExecutors(sc._jsc.sc().getExecutorIds(), False, False, True)
"""
SUM = "spark.range(10**6).selectExpr('sum(id)').collect()[0][0]"


def kill(platform: Platform, daemon: str) -> None:
    """End a daemon without a warning, and wait until its supervisor has started another."""
    supervisor = Supervisor(platform.home / "run" / "supervisor.sock")
    first = supervisor.state(daemon).pid
    psutil.Process(first).kill()
    wait_until(lambda: supervisor.state(daemon).pid not in (0, first), f"another {daemon} runs", 60)


def running(yarn: YarnGateway, application_id: str) -> bool:
    try:
        return yarn.resource_manager.application(application_id).state is ApplicationState.RUNNING
    except YarnError:
        return False


def has_node(yarn: YarnGateway) -> bool:
    try:
        return bool(yarn.resource_manager.metrics().nodes_active)
    except YarnError:
        return False


@pytest.mark.parametrize("daemon", ["resourcemanager", "nodemanager"])
def test_a_killed_daemon_costs_no_kernel_and_no_line(
    platform: Platform, yarn: YarnGateway, ada: KernelClient, daemon: str
) -> None:
    kernel_id = ada.start(yarn.spec.name)
    before = yarn.application(kernel_id).id
    with ada.connect(kernel_id) as channel:
        assert channel.run(SUM).endswith("499999500000")
        ident = channel.send(PRINTING)
        kill(platform, daemon)
        assert channel.output(ident).splitlines() == [f"line {number}" for number in range(LINES)]
        wait_until(lambda: running(yarn, before) and has_node(yarn), "YARN runs the application", 120)
        assert ada.kernel_ids() == [kernel_id]
        assert channel.run(SUM) == "499999500000"
        # The next job needs an executor that Spark asks for only now.
        assert channel.run(END_EXECUTORS) == ""
        assert channel.run(SUM) == "499999500000"
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    wait_until(
        lambda: yarn.resource_manager.application(before).state is ApplicationState.FINISHED, "it has ended"
    )


def test_a_kernel_starts_again_after_the_resourcemanager_came_back(
    platform: Platform, yarn: YarnGateway, ada: KernelClient
) -> None:
    kill(platform, "resourcemanager")
    wait_until(lambda: has_node(yarn), "the ResourceManager has its node", 120)
    with ada.connect(ada.start(yarn.spec.name)) as channel:
        assert channel.run("6 * 7") == "42"
