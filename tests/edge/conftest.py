"""A node and a cluster on which nothing is wrong, and the checks of it."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from harness.edge_cluster import EdgeCluster, edge_settings
from harness.edge_script import bare_node
from harness.scripted_server import ScriptedServer
from kubeyard_edge import checks
from kubeyard_edge.finding import Finding, Verdict
from kubeyard_edge.settings import read

Look = Callable[..., list[Finding]]


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Return the PATH of a node without an engine."""
    return bare_node(tmp_path)


@pytest.fixture
def cluster() -> EdgeCluster:
    return EdgeCluster()


@pytest.fixture
def cluster_url(cluster: EdgeCluster) -> Iterator[str]:
    with ScriptedServer(cluster) as server:
        cluster.nodes = [server.url.removeprefix("http://")]
        yield server.url


@pytest.fixture
def look(cluster_url: str, tmp_path: Path) -> Look:
    """Return what runs all checks, by settings that a test may change, and returns what is not well."""

    def run(**other: str) -> list[Finding]:
        names = ("API_PORT", "GATEWAY_PORT", "GATEWAY_RESPONSE_PORT")
        settings = read(edge_settings(tmp_path, cluster_url, **(_free_ports(*names) | other)))
        return [finding for finding in checks.run(settings) if finding.verdict is not Verdict.OK]

    return run


def _free_ports(*names: str) -> dict[str, str]:
    ports = {}
    for name in names:
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            ports[name] = str(free.getsockname()[1])
    return ports
