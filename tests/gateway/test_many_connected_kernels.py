"""Two hundred connected kernels in one gateway, more than stock has sockets for: all outlive a crash.

The gateway is the real one; its cluster and kernels are the benchmark's light stand-in, which speaks the real
protocols.
"""

import resource
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
import requests
from harness.free_address import free_address
from harness.gateway import Channel, GatewayProcess, Gateways, KernelClient, gateway_python
from harness.scripted_server import ScriptedServer
from harness.scripted_yarn import SPEC, ScriptedYarn, spark_folders
from harness.waiting import wait_until
from kubeyard_kernelspecs import write_kernelspec

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
KERNELS = 200
AT_ONCE = 8
# Seven sockets with two ends each to the kernel, and the client's.
FILES_OF_A_KERNEL = 16
OWN_FILES = 200


@pytest.fixture
def cluster() -> Iterator[str]:
    """The address of the light cluster's ResourceManager."""
    address = free_address()
    command = (gateway_python(), "-m", "measuring.stand_in", address.rpartition(":")[2])
    with subprocess.Popen(command, cwd=BENCHMARKS, stdin=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: answers(f"http://{address}/asked"), "the light cluster answers")
            yield f"http://{address}"
        finally:
            process.kill()


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


@pytest.fixture
def gateway(start_gateway: Gateways, cluster: str, tmp_path: Path) -> Iterator[GatewayProcess]:
    with ScriptedServer(ScriptedYarn()) as files:
        here = {"KUBEYARD_RM_URLS": cluster, "KUBEYARD_HTTPFS_URL": files.url}
        process = start_gateway(**here, **spark_folders(tmp_path), KUBEYARD_GATEWAY_SPARES="0")
        write_kernelspec(process.folder / "kernelspecs", SPEC)
        yield process
        process.stop(signal.SIGKILL)


def test_two_hundred_connected_kernels_work_and_survive_a_crash(gateway: GatewayProcess) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert most > 2 * KERNELS * FILES_OF_A_KERNEL, "this machine lets no process open as many files"
    ada = gateway.client("ada")
    with ThreadPoolExecutor(AT_ONCE) as threads, ExitStack() as stack:
        kernel_ids = list(threads.map(lambda _: ada.start(SPEC.name), range(KERNELS)))
        for channel in threads.map(lambda each: connected(ada, each), kernel_ids):
            stack.enter_context(channel)
        assert sorted(ada.kernel_ids()) == sorted(kernel_ids)
        files = psutil.Process(gateway.pid).num_fds()
        assert files < KERNELS * FILES_OF_A_KERNEL + OWN_FILES
    gateway.stop(signal.SIGKILL)
    gateway.start()
    assert sorted(ada.kernel_ids()) == sorted(kernel_ids)
    with ThreadPoolExecutor(AT_ONCE) as threads, ExitStack() as stack:
        for channel in threads.map(lambda each: connected(ada, each), kernel_ids):
            stack.enter_context(channel)


def connected(client: KernelClient, kernel_id: str) -> Channel:
    """A connection over which a cell has run."""
    channel = client.connect(kernel_id)
    channel.run("1")
    return channel
