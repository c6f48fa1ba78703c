"""A gateway with kernels that are plain processes: quick, and all that identity needs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.free_address import free_address
from harness.gateway import GatewayProcess, Gateways, KernelClient, local_kernelspec
from harness.tls import serve_with_tls


@pytest.fixture(scope="session")
def start_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateways]:
    """Start gateways that need no Hadoop, with any further settings; all are ended in the end."""
    started: list[GatewayProcess] = []

    def start(*, tls: bool = False, **settings: str) -> GatewayProcess:
        folder = tmp_path_factory.mktemp("gateway")
        for name in ("kernelspecs", "conf", "spark"):
            (folder / name).mkdir()
        local_kernelspec(folder / "kernelspecs", "kubeyard", "local", public=True)
        local_kernelspec(folder / "kernelspecs", "ada", "hers", public=False)
        environment = {
            "KUBEYARD_GATEWAY_RESPONSE": free_address(),
            "KUBEYARD_KERNELSPECS_DIR": str(folder / "kernelspecs"),
            "KUBEYARD_HADOOP_CONF_DIR": str(folder / "conf"),
            "KUBEYARD_SPARK_HOME": str(folder / "spark"),
            # Port 9 discards: nobody answers there.
            "KUBEYARD_RM_URLS": "http://127.0.0.1:9",
            "KUBEYARD_HTTPFS_URL": "http://127.0.0.1:9",
        }
        gateway = GatewayProcess(folder, free_address(), environment | settings)
        if tls:
            serve_with_tls(gateway)
        gateway.start()
        started.append(gateway)
        return gateway

    yield start
    for gateway in started:
        gateway.stop()


@pytest.fixture(scope="session")
def gateway(start_gateway: Gateways) -> GatewayProcess:
    """One gateway for all tests that only ask; behind TLS, as one that strangers can reach."""
    return start_gateway(tls=True)


@pytest.fixture(scope="session")
def ada(gateway: GatewayProcess) -> KernelClient:
    """She owns the kernel that others are after."""
    return gateway.client("ada")


@pytest.fixture(scope="session")
def bob(gateway: GatewayProcess) -> KernelClient:
    """He has a good token and a kernel of his own."""
    return gateway.client("bob")


@pytest.fixture(scope="session")
def admin(gateway: GatewayProcess) -> KernelClient:
    """May act on everybody's."""
    return gateway.client("admin", "user", "admin")


@pytest.fixture(scope="session")
def adas_kernel(ada: KernelClient) -> str:
    """A running kernel of ada's."""
    return ada.start("kubeyard.local")


@pytest.fixture(scope="session")
def bobs_kernel(bob: KernelClient, adas_kernel: str) -> str:
    """A running kernel of bob's, started with all that he must not decide."""
    greedy = {
        "KERNEL_USERNAME": "ada",
        "KERNEL_ID": adas_kernel,
        "LD_PRELOAD": "/x",
        "KERNEL_EXTRA_SPARK_OPTS": "$(id)",
    }
    return bob.start("kubeyard.local", greedy)


@pytest.fixture(scope="session")
def kernelspecs(gateway: GatewayProcess) -> Path:
    """The folder that the gateway lists."""
    return gateway.folder / "kernelspecs"
