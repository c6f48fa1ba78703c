"""A release of the chart on the test cluster, its people and its addresses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from harness.cluster import Namespace, at_node_port
from harness.helm import CHART
from harness.host_edge import HostEdge
from harness.postgresql import PostgreSql
from harness.waiting import wait_until

RELEASE = "ky"
# Selects all that is the release's, the homes of its Labs with it.
OF_RELEASE = f"app.kubernetes.io/name=kubeyard,app.kubernetes.io/instance={RELEASE}"
READY_SECONDS = 300


@dataclass(frozen=True)
class Release:
    """The chart in a namespace of its own, with two web UIs on PostgreSQL."""

    namespace: Namespace
    edge: HostEdge
    web_url: str
    hub_url: str
    server: PostgreSql
    databases: Mapping[str, str]

    def values(self, **changes: Any) -> str:
        """The values, as the JSON that Helm reads like YAML; `changes` are whole keys at the top."""
        made: dict[str, Any] = {
            "edge": {
                "host": self.edge.address,
                "apiPort": self.edge.api_port,
                "gatewayPort": self.edge.gateway_port,
            },
            "webUI": self.web_values,
            "hub": {"url": self.hub_url},
            "proxy": {"service": at_node_port(self.hub_url)},
            "singleuser": {"memory": {"guarantee": "256M"}, "storage": {"capacity": "1Gi"}},
            "database": {"type": "postgresql", "port": self.databases_port}
            | {name: {"url": url} for name, url in self.databases.items()},
        }
        for key, value in changes.items():
            made[key] = made.get(key, {}) | value
        return json.dumps(made)

    @property
    def web_values(self) -> dict[str, Any]:
        """What the web UI is told in any case."""
        told = {"url": self.web_url, "demo": True, "replicas": 2, "pdb": {"enabled": True}}
        return {**told, "plainHTTP": True, "service": at_node_port(self.web_url)}

    @property
    def databases_port(self) -> int:
        """Where the pods find PostgreSQL."""
        return urlsplit(self.databases["hub"]).port or 5432

    def install(self, *options: str, **changes: Any) -> None:
        """Install or upgrade by Helm with these options, and wait until every pod is ready."""
        file = self.edge.folder / "values.json"
        file.write_text(self.values(**changes))
        wait = ("--wait", "--timeout", f"{READY_SECONDS}s")
        self.namespace.helm(
            "upgrade", "--install", RELEASE, str(CHART), "--values", str(file), *wait, *options
        )

    def url(self, port: str) -> str:
        """Where browsers find a service, as tests of the platform on one machine ask for it."""
        return {"WEB": self.web_url, "HUB": self.hub_url}[port]

    def public_keys(self) -> bytes:
        """The public half of the signing keys, as the web UI serves it."""
        return wait_until(lambda: _content(f"{self.web_url}/jwks.json"), "the web UI has its keys", 60)


def _content(url: str) -> bytes:
    """What is there; nothing while a Service that was just made has no pod behind it."""
    try:
        answer = requests.get(url, timeout=10)
    except requests.ConnectionError:
        return b""
    answer.raise_for_status()
    return answer.content


def databases(server: PostgreSql, address: str) -> dict[str, str]:
    """A database for each of the two that keep one, by the chart's names."""
    keys = ("webUI", "hub")
    return {key: server.create_database_for_pods(f"cluster-{key.lower()}", address) for key in keys}
