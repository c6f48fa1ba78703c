"""Class archives that a node cannot use: a kernel starts later for it, and starts."""

import uuid
from collections.abc import Iterator

import pytest
from harness.gateway import GatewayProcess, Gateways
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_yarn.httpfs import UserFiles

pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(420)]
JOB = "sc.parallelize(range(10), 2).map(lambda x: x * x).sum()"
NAMES = ("driver-20260101-000000.jsa", "executor-20260101-000000.jsa")


@pytest.fixture
def root(yarn: YarnGateway) -> Iterator[str]:
    """A folder of HDFS where this test's gateway publishes what its kernels need."""
    folder = f"/tmp/kubeyard-tests-{uuid.uuid4().hex[:8]}"
    yield folder
    yarn.files.as_service().delete(folder, recursive=True)


def published(files: UserFiles, root: str) -> str:
    """The runtime's folder, once it is there."""

    def found() -> str:
        listed = files.list(f"{root}/runtime") if files.exists(f"{root}/runtime") else []
        return next((status.path for status in listed if "." not in status.name), "")

    return wait_until(found, "the runtime is published", 60)


@pytest.fixture
def gateway(yarn: YarnGateway, start_own: Gateways, root: str) -> GatewayProcess:
    """A gateway whose kernels are given archives that no Java takes."""
    process = start_own(KUBEYARD_HDFS_ROOT=root)
    files = yarn.files.as_service()
    folder = published(files, root)
    for name in NAMES:
        files.create(f"{folder}/{name}", b"no class archive at all" * 1000, permission=0o644)
    # A new one looks at once.
    process.stop()
    process.start()
    return process


def test_one_that_is_refused_costs_no_kernel(yarn: YarnGateway, gateway: GatewayProcess) -> None:
    ada = gateway.client("ada")
    with ada.connect(ada.start(yarn.spec.name)) as channel:
        options = "' '.join(__import__('subprocess').check_output(['ps', '-wwo', 'args=', str(os.getppid())])"
        assert "SharedArchiveFile=driver.jsa" in channel.run(f"import os; {options}.decode().split())")
        assert "SharedArchiveFile=executor.jsa" in channel.run(
            "spark.conf.get('spark.executor.extraJavaOptions')"
        )
        assert channel.run(JOB).endswith("285")


def test_one_that_was_taken_away_meanwhile_costs_no_kernel(
    yarn: YarnGateway, gateway: GatewayProcess, root: str
) -> None:
    ada, files = gateway.client("ada"), yarn.files.as_service()
    # The gateway has seen them since its second start, and no node has them yet.
    wait_until(lambda: gateway.log.read_text().count("runtime_published") == 2, "it has looked", 30)
    for name in NAMES:
        files.delete(f"{published(files, root)}/{name}")
    with ada.connect(ada.start(yarn.spec.name)) as channel:
        assert channel.run(JOB).endswith("285")
    assert "kernel_start_repeated" in gateway.log.read_text()


def test_they_can_be_switched_off(yarn: YarnGateway, start_own: Gateways) -> None:
    ada = start_own(KUBEYARD_GATEWAY_CLASS_ARCHIVES="0").client("ada")
    with ada.connect(ada.start(yarn.spec.name)) as channel:
        assert "jsa" not in channel.run("spark.conf.get('spark.executor.extraJavaOptions')")
