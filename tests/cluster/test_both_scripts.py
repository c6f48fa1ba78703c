"""An operator's two scripts, one after the other, and then a user at a browser."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browser.opening import opened_lab
from deploy.script import Script
from harness.cluster import address_for, new_namespace, node_ports
from harness.edge_node import EdgeNode, missing
from harness.platform import Platform
from playwright.sync_api import Browser, expect

from .visitor import ReturningVisitor

pytestmark = [pytest.mark.cluster, pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(1500)]

DEMO = ("webUI.demo=true", "webUI.plainHTTP=true")


@dataclass(frozen=True)
class Addresses:
    """Where a browser finds the two."""

    web: str
    hub: str

    def url(self, port: str) -> str:
        return {"WEB": self.web, "HUB": self.hub}[port]


@pytest.fixture
def deployed(context: str, platform: Platform, tmp_path: Path) -> Iterator[Addresses]:
    """The edge node in containers, and the release that was told what the node's script prints."""
    if reason := missing():
        pytest.skip(reason)
    where = Addresses(*node_ports(context, 2))
    node = EdgeNode.beside(platform, tmp_path, EDGE_ADDRESS=address_for(context), ISSUER=where.web)
    try:
        node.run("start")
        values = tmp_path / "edge-values.yaml"
        values.write_text(node.run("kubernetes"))
        with new_namespace(context) as namespace:
            script = Script(context, namespace.name)
            services = {"webUI": where.web, "proxy": where.hub}
            ports = [f"{key}.service.nodePort={urlsplit(url).port}" for key, url in services.items()]
            kinds = [f"{key}.service.type=NodePort" for key in services]
            own = ("--set", ",".join([f"hub.url={where.hub}", *DEMO, *kinds, *ports]))
            script.succeed(address_for(context), "--yes", "--values", str(values), *own)
            node.run("keys", "-", given=script.succeed("keys").encode())
            yield where
    finally:
        node.run("remove", "--yes")


def test_both_lead_to_a_spark_notebook_in_the_browser(chromium: Browser, deployed: Addresses) -> None:
    guest = ReturningVisitor(chromium, deployed, "Guest")
    guest.log_in("guest")
    with opened_lab(guest) as lab:
        lab.choose_kernel("Spark")
        output = lab.run("print(spark.range(10**6).selectExpr('sum(id)').first()[0])")
        expect(output).to_contain_text("499999500000", timeout=120_000)
        lab.photograph("both-scripts")
    guest.close()
