"""The gateway in front of real YARN: the platform's, or the one that KUBEYARD_* in the environment names."""

import os
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from harness.free_address import free_address
from harness.gateway import GatewayProcess, Gateways, KernelClient
from harness.platform import Platform
from harness.spare_gateway import SpareGateway, StartGateway
from harness.stock import KEEPS_RECORDS, Stock
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway, default_spec, gateway_beside, settings_of, tag_of
from kubeyard_kernelspecs import write_kernelspec
from kubeyard_yarn.applications import ACTIVE_STATES
from kubeyard_yarn.httpfs import HttpFs
from kubeyard_yarn.resource_manager import ResourceManager

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
# A spare of a driver alone, whatever room there is, and none after it.
WARM_AT_ONCE = {
    "KUBEYARD_GATEWAY_SPARE_RESERVE_MB": "0",
    "KUBEYARD_GATEWAY_SPARE_REFILL_SECONDS": "600",
    "KUBEYARD_GATEWAY_SPARE_FORM": "driver",
}


@pytest.fixture(scope="session")
def yarn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[YarnGateway]:
    """A gateway with its own keys and ports, on the real Hadoop."""
    given = os.environ if "KUBEYARD_TEST_RM_URL" in os.environ else None
    settings = settings_of(given or request.getfixturevalue("platform").environment)
    folder = tmp_path_factory.mktemp("yarn-gateway")
    spec = default_spec(Path(settings["KUBEYARD_KERNELSPECS_DIR"]))
    kernelspecs = folder / "kernelspecs"
    write_kernelspec(kernelspecs, replace(spec, driver_memory_mb=512, executor_memory_mb=512, executors=1))
    response = free_address()
    own = {"KUBEYARD_KERNELSPECS_DIR": str(kernelspecs), "KUBEYARD_GATEWAY_RESPONSE": response}
    ignored = {
        "KUBEYARD_ISSUER",
        "KUBEYARD_JWKS_FILE",
        "KUBEYARD_GATEWAY_BIND",
        "KUBEYARD_GATEWAY_STATE_DIR",
    }
    kept = {name: value for name, value in settings.items() if name not in ignored}
    process = GatewayProcess(folder, free_address(), kept | own)
    files = HttpFs(settings["KUBEYARD_HTTPFS_URL"], service_user(settings))
    superuser = files.as_user(os.environ.get("KUBEYARD_TEST_HDFS_SUPERUSER", service_user(settings)))
    for user in ("ada", "bob"):
        superuser.mkdirs(f"/user/{user}", 0o750)
        superuser.set_owner(f"/user/{user}", user)
    process.start()
    try:
        manager = ResourceManager(settings["KUBEYARD_RM_URLS"].split(","), service_user(settings))
        yield YarnGateway(process, kernelspecs, default_spec(kernelspecs), manager, files)
    finally:
        process.stop()
        process.end_kernels()


def service_user(settings: dict[str, str]) -> str:
    """The account that the services are for Hadoop."""
    return settings.get("KUBEYARD_SERVICE_USER", "kubeyard")


@pytest.fixture
def ada(yarn: YarnGateway) -> Iterator[KernelClient]:
    """She owns; what she leaves running is ended."""
    client = yarn.process.client("ada")
    yield client
    for kernel_id in client.kernel_ids():
        client.send("DELETE", f"/api/kernels/{kernel_id}")


@pytest.fixture
def bob(yarn: YarnGateway) -> Iterator[KernelClient]:
    """He shares the cluster."""
    client = yarn.process.client("bob")
    yield client
    for kernel_id in client.kernel_ids():
        client.send("DELETE", f"/api/kernels/{kernel_id}")


@pytest.fixture
def steps() -> Iterator[Path]:
    """A folder that containers may write into, whatever their account."""
    with tempfile.TemporaryDirectory(prefix="kubeyard-steps-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.fixture
def start_own(yarn: YarnGateway, tmp_path: Path) -> Iterator[Gateways]:
    """Start gateways that a test alone may end, with any further settings; what they leave is killed."""
    started: list[GatewayProcess] = []

    def start(**settings: str) -> GatewayProcess:
        folder = tmp_path / f"gateway-{len(started)}"
        folder.mkdir()
        process = gateway_beside(yarn, folder, settings)
        started.append(process)
        process.start()
        return process

    yield start
    for process in started:
        process.stop(signal.SIGKILL)
    left = [yarn.resource_manager.applications(ACTIVE_STATES, tags=[tag_of(process)]) for process in started]
    end(yarn, [application.id for each in left for application in each])


def end(yarn: YarnGateway, application_ids: list[str]) -> None:
    """Kill them and wait until YARN has their memory back: the next test may count it."""
    manager = yarn.resource_manager
    for application_id in application_ids:
        manager.kill(application_id)
    wanted = set(application_ids)
    wait_until(
        lambda: not wanted & {each.id for each in manager.applications(ACTIVE_STATES)}, "all have ended", 60
    )


@pytest.fixture
def own(start_own: Gateways) -> GatewayProcess:
    """A gateway that this test alone may end."""
    return start_own()


@pytest.fixture
def start(yarn: YarnGateway, tmp_path: Path) -> Iterator[StartGateway]:
    """Start a gateway of this test's own, with any settings; what it leaves in YARN is ended."""
    started: list[GatewayProcess] = []

    def begin(**settings: str) -> SpareGateway:
        process = gateway_beside(yarn, tmp_path, WARM_AT_ONCE | settings)
        process.start()
        started.append(process)
        return SpareGateway(process, yarn)

    before = {each.id for each in yarn.resource_manager.applications(ACTIVE_STATES)}
    yield begin
    for process in started:
        process.stop()
    active = yarn.resource_manager.applications(ACTIVE_STATES)
    end(yarn, [each.id for each in active if each.id not in before])


@pytest.fixture(scope="module")
def installed(platform: Platform) -> Iterator[Any]:
    """Stock with its launcher and kernelspec, not yet started."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        from measuring.running_platform import RunningPlatform
        from measuring.stock_gateway import installed

        cache = Path(os.environ.get("KUBEYARD_CACHE") or platform.environment["KUBEYARD_CACHE"])
        with installed(RunningPlatform.attach(platform.home), cache) as process:
            yield process


@pytest.fixture
def stock(installed: Any, yarn: YarnGateway) -> Iterator[Stock]:
    """Running stock; what it leaves in YARN is killed."""
    before = {each.id for each in yarn.resource_manager.applications(ACTIVE_STATES)}
    installed.start(**KEEPS_RECORDS)
    yield Stock(installed, yarn)
    installed.stop(signal.SIGKILL)
    for each in yarn.resource_manager.applications(ACTIVE_STATES):
        if each.id not in before:
            yarn.resource_manager.kill(each.id)
