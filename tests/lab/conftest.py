"""Gateways whose kernels end with them or outlive them, a token exchange that can fail, Labs before them."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.free_address import free_address
from harness.gateway import GatewayProcess, local_kernelspec
from harness.launched_kernels import LaunchingYarn
from harness.scripted_server import ScriptedServer
from harness.scripted_yarn import SPEC, spark_folders
from harness.tls import serve_with_tls
from kubeyard_kernelspecs import write_kernelspec

from .lab_process import LabProcess
from .token_exchange import TokenExchange

KERNEL = "kubeyard.local"
TLS = "tls"


class Edge:
    """The gateway and the exchange, and the Labs that were started before them."""

    def __init__(
        self, folder: Path, gateway: GatewayProcess, exchange: TokenExchange, token_url: str
    ) -> None:
        self.folder = folder
        self.gateway = gateway
        self.exchange = exchange
        self._token_url = token_url
        self.labs: list[LabProcess] = []

    def lab_of(self, name: str) -> LabProcess:
        """Start a user's Lab."""
        hub_token = f"hub-token-of-{name}"
        folder = self.folder / f"lab-of-{name}"
        lab = LabProcess(folder, self.gateway.url, self._token_url, hub_token, self.gateway.ca_file)
        self.labs.append(lab)
        lab.start()
        return lab


@pytest.fixture
def edge(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Edge]:
    """A gateway of this test's own, without Hadoop; a failing test shows the logs."""
    for name in ("kernelspecs", "conf", "spark"):
        (tmp_path / name).mkdir()
    local_kernelspec(tmp_path / "kernelspecs", "kubeyard", "local", public=True)
    settings = {
        "KUBEYARD_GATEWAY_RESPONSE": free_address(),
        "KUBEYARD_GATEWAY_WEBSOCKET_GRACE_SECONDS": "0",
        "KUBEYARD_KERNELSPECS_DIR": str(tmp_path / "kernelspecs"),
        "KUBEYARD_HADOOP_CONF_DIR": str(tmp_path / "conf"),
        "KUBEYARD_SPARK_HOME": str(tmp_path / "spark"),
        # Port 9 discards: nobody answers there.
        "KUBEYARD_RM_URLS": "http://127.0.0.1:9",
        "KUBEYARD_HTTPFS_URL": "http://127.0.0.1:9",
    }
    gateway = GatewayProcess(tmp_path, free_address(), settings)
    # A test that wants TLS says so by its parameter.
    if getattr(request, "param", "") == TLS:
        serve_with_tls(gateway)
    gateway.start()
    exchange = TokenExchange(gateway)
    failed_before = request.session.testsfailed
    with ScriptedServer(exchange) as server:
        edge = Edge(tmp_path, gateway, exchange, server.url)
        try:
            yield edge
        finally:
            for lab in edge.labs:
                lab.stop()
            gateway.stop()
            if request.session.testsfailed > failed_before:
                for log in [gateway.log, *(lab.log for lab in edge.labs)]:
                    sys.stderr.write(f"==== {log}\n{log.read_text()[-4000:]}\n")


@pytest.fixture
def yarn(tmp_path: Path) -> Iterator[LaunchingYarn]:
    """A cluster whose containers are the launcher's kernels."""
    launching = LaunchingYarn(tmp_path)
    yield launching
    launching.close()


@pytest.fixture
def gateway(yarn: LaunchingYarn, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[GatewayProcess]:
    """Its kernels keep their output and outlive it, as those in YARN do; a parameter has more settings."""
    with ScriptedServer(yarn) as server:
        (tmp_path / "kernelspecs").mkdir()
        write_kernelspec(tmp_path / "kernelspecs", SPEC)
        settings = {
            "KUBEYARD_RM_URLS": server.url,
            "KUBEYARD_HTTPFS_URL": server.url,
            "KUBEYARD_KERNELSPECS_DIR": str(tmp_path / "kernelspecs"),
            "KUBEYARD_GATEWAY_RESPONSE": free_address(),
            "KUBEYARD_GATEWAY_STOP_TIMEOUT_SECONDS": "1",
            "KUBEYARD_GATEWAY_SPARES": "0",
            **spark_folders(tmp_path),
            **getattr(request, "param", {}),
        }
        process = GatewayProcess(tmp_path, free_address(), settings)
        process.start()
        yield process
        process.stop(signal.SIGKILL)
