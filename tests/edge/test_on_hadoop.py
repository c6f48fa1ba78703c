"""The checks on real daemons: nothing to mend where all is well, and Hadoop's own refusals understood."""

import socket
from collections.abc import Callable
from contextlib import closing

import pytest
from harness.platform import Platform
from kubeyard_edge import checks
from kubeyard_edge.finding import Finding, Verdict
from kubeyard_edge.settings import read

pytestmark = pytest.mark.daemons
Problems = Callable[..., list[Finding]]


@pytest.fixture
def problems(platform: Platform) -> Problems:
    """Return what looks at the platform's Hadoop as at an edge node's, and returns what must be mended."""
    ports = {}
    for name in ("API_PORT", "GATEWAY_PORT", "GATEWAY_RESPONSE_PORT"):
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            ports[f"KUBEYARD_{name}"] = str(free.getsockname()[1])
    own = {"KUBEYARD_EDGE_ADDRESS": "127.0.0.1", "KUBEYARD_EDGE_TLS": "1"}

    def look(**other: str) -> list[Finding]:
        chosen = {f"KUBEYARD_{name}": value for name, value in other.items()}
        found = checks.run(read({**platform.environment, **own, **ports, **chosen}))
        return [finding for finding in found if finding.verdict is Verdict.PROBLEM]

    return look


def test_nothing_is_to_be_mended(problems: Problems) -> None:
    assert [finding.line() for finding in problems()] == []


def test_an_account_without_rights_is_told_each_that_it_lacks(problems: Problems) -> None:
    found = {finding.what: finding for finding in problems(SERVICE_USER="eve")}
    assert set(found) == {"proxy user", "HDFS folders"}
    assert "httpfs.proxyuser.eve.hosts" in found["proxy user"].mend
    assert "Permission denied: user=eve" in found["HDFS folders"].text


def test_spark_submit_is_refused_to_who_may_not_submit_for_others(problems: Problems) -> None:
    found = problems(SERVICE_USER="eve", GATEWAY_SUBMISSION="spark-submit")
    assert "hadoop.proxyuser.eve.hosts" in found[0].mend


def test_queues_are_named(problems: Problems) -> None:
    assert [finding.text for finding in problems(API_DEFAULT_QUEUE="research")] == [
        "there is no queue research, but default, interactive"
    ]


def test_addresses_that_were_mixed_up_are_told(problems: Problems, platform: Platform) -> None:
    found = problems(RM_URLS=platform.history_url, HTTPFS_URL=platform.url("NAMENODE_HTTP"))
    assert [finding.what for finding in found] == ["ResourceManager", "HttpFS"]
    assert "what answers is no ResourceManager" in found[0].text
    assert "is a NameNode" in found[1].text
