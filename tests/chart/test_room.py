"""What docs/chart.md says of the room that a namespace needs is what the chart asks for."""

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import helm

pytestmark = [pytest.mark.usefixtures("chart"), pytest.mark.slow]
DOCS = (Path(__file__).parents[2] / "docs/chart.md").read_text()
UNITS = {"m": 1e-3, "": 1, "M": 1e6, "G": 1e9, "Mi": 2**20, "Gi": 2**30}
# Together these values files make every pod that the chart can, at the sizes that it has by itself.
MAKING_ALL = ("minimal", "postgresql", "profiles", "demo")
Memory = tuple[float, float]


def amount(text: str) -> float:
    """A quantity of Kubernetes, or of the docs, as a number."""
    found = re.fullmatch(r"([\d.]+) ?(\w*)", text)
    assert found, text
    return float(found[1]) * UNITS[found[2]]


def room(resource: str) -> Iterator[tuple[str, str, str]]:
    """Each container's name, and what it asks for and has at most, where it has both."""
    for values in MAKING_ALL:
        for owner, spec in helm.pod_specs(helm.with_values(values)).items():
            for container in helm.containers(spec):
                asked, most = (container["resources"][kind] for kind in ("requests", "limits"))
                if resource in most:
                    yield owner, str(asked[resource]), str(most[resource])
    hub = helm.named(helm.with_values("minimal"), "Deployment", "hub")["spec"]["template"]["spec"]
    lab, name = helm.environment(hub["containers"][0]), f"KUBEYARD_LAB_{resource.upper()}"
    yield "Lab", lab[f"{name}_GUARANTEE"], lab[f"{name}_LIMIT"]


def memory(*owners: str) -> Memory:
    """What these pods ask for, and have at most, together."""
    of = {owner: (amount(asked), amount(most)) for owner, asked, most in room("memory")}
    return sum(of[owner][0] for owner in owners), sum(of[owner][1] for owner in owners)


def told(row: str) -> Memory:
    """The memory in the one row of the docs' table that begins so."""
    (cells,) = re.findall(rf"^\| {re.escape(row)}[^|]*\| 1 \| ([^|]*) \| ([^|]*) \|", DOCS, re.M)
    return amount(cells[0]), amount(cells[1])


def test_the_largest_ratio_of_limit_to_request_is_told() -> None:
    numbers = re.search(r"`maxLimitRequestRatio` ([\d.]+) of memory[^.]*? and (\d+) of processor", DOCS)
    assert numbers
    for number, resource in zip(numbers.groups(), ("memory", "cpu"), strict=True):
        largest = max(amount(most) / amount(asked) for _, asked, most in room(resource))
        assert float(number) == math.ceil(largest * 10) / 10, resource


def test_what_runs_and_what_an_upgrade_adds_is_told() -> None:
    web, proxy = memory("Deployment/ky-web-ui"), memory("Deployment/ky-proxy")
    (whole,) = re.findall(r"^\| Hub, proxy, one web UI[^|]*\| 3 \| ([^|]*) \| ([^|]*) \|", DOCS, re.M)
    assert (amount(whole[0]), amount(whole[1])) == memory(
        "Deployment/ky-hub", "Deployment/ky-proxy", "Deployment/ky-web-ui"
    )
    assert told("each further web UI") == told("an upgrade (PostgreSQL): each web UI once more") == web
    assert told("an upgrade that replaces the proxy: a second one") == proxy
    assert told("`helm test`") == memory("Pod/ky-test-edge")
    assert told("`prePuller.continuous`") == memory("DaemonSet/ky-image-puller")
    assert told("each Lab") == memory("Lab")


def test_an_upgrade_adds_no_more_than_that() -> None:
    """A surge of one, and whatever has not ended yet; the other parts end before another begins."""
    manifests = helm.with_values("postgresql")
    strategy = {
        name: helm.named(manifests, "Deployment", name)["spec"]["strategy"]
        for name in ("web-ui", "hub", "proxy")
    }
    assert strategy["web-ui"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert strategy["proxy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}
    assert strategy["hub"] == {"type": "Recreate"}
    seconds = helm.pod_specs(manifests)["Deployment/ky-web-ui"]["terminationGracePeriodSeconds"]
    assert f"the old one takes up to {seconds} s to end" in DOCS
