"""Who may reach whom, by connections that are really tried."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.cluster import Namespace, Object, answers
from harness.scripts import install_program
from harness.waiting import wait_until

from .probe import Probe, probe
from .release import RELEASE, Release

pytestmark = [pytest.mark.cluster, pytest.mark.daemons, pytest.mark.timeout(1200)]
WEB, HUB = f"{RELEASE}-web-ui:5000", f"{RELEASE}-hub:8081"
PROXY, PROXY_API = f"{RELEASE}-proxy-public:8000", f"{RELEASE}-proxy-api:8001"
NUMBERS = f"{RELEASE}-proxy-api:8002"
PROMETHEUS = {"app.kubernetes.io/name": "prometheus"}
# A cluster without the Prometheus operator does not know these objects; all else of the option is as it is.
WITHOUT_MONITORS = r"""awk '
  function tell() { if (document !~ /\nkind: ServiceMonitor\n/) printf "%s", document; document = "" }
  /^---/ { tell() }
  { document = document $0 "\n" }
  END { tell() }'
"""


def labels(component: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": "kubeyard",
        "app.kubernetes.io/instance": RELEASE,
        "app.kubernetes.io/component": component,
    }


@pytest.fixture(scope="module")
def lab(release: Release) -> Iterator[Probe]:
    """A pod that the policies take for a user's Lab."""
    with probe(release.namespace, "probe-lab", labels("lab")) as one:
        yield _protected(one)


@pytest.fixture(scope="module")
def other_lab(release: Release) -> Iterator[str]:
    """Where another user's Lab listens."""
    with probe(release.namespace, "probe-other-lab", labels("lab")) as one:
        yield f"{_address(one.namespace, one.name)}:8888"


@pytest.fixture(scope="module")
def stranger(release: Release) -> Iterator[Probe]:
    """A pod of the same namespace that belongs to nobody."""
    with probe(release.namespace, "probe-stranger", {}) as one:
        yield one


def _address(namespace: Namespace, pod: str) -> str:
    return namespace.kubectl("get", "pod", pod, "-o", "jsonpath={.status.podIP}")


def _protected(one: Probe) -> Probe:
    """A new pod is without protection for the moment until its policies are in force."""
    wait_until(lambda: not one.reaches(PROXY_API)[PROXY_API], "the policies are in force", 30)
    return one


def test_lab_reaches_what_it_works_with(release: Release, lab: Probe) -> None:
    gateway = f"{release.edge.address}:{release.edge.gateway_port}"
    assert lab.reaches(WEB, HUB, gateway) == {WEB: True, HUB: True, gateway: True}


def test_lab_reaches_neither_the_proxys_routes_nor_another_lab(lab: Probe, other_lab: str) -> None:
    """Of the node's own address nothing can be told: clusters always let their nodes' traffic through."""
    assert lab.reaches(PROXY_API, other_lab) == {PROXY_API: False, other_lab: False}


def test_stranger_reaches_only_what_browsers_do(stranger: Probe, other_lab: str) -> None:
    reached = stranger.reaches(WEB, PROXY, HUB, PROXY_API, other_lab)
    assert reached == {WEB: True, PROXY: True, HUB: False, PROXY_API: False, other_lab: False}


def test_proxy_and_hub_reach_labs(release: Release, other_lab: str) -> None:
    for component in ("hub", "proxy"):
        with probe(release.namespace, f"probe-{component}", labels(component)) as one:
            assert one.reaches(other_lab) == {other_lab: True}


def test_web_ui_reaches_the_edge_and_the_hub_and_no_lab(release: Release, other_lab: str) -> None:
    api = f"{release.edge.address}:{release.edge.api_port}"
    with probe(release.namespace, "probe-web", labels("web-ui")) as one:
        assert _protected(one).reaches(api, HUB, other_lab) == {api: True, HUB: True, other_lab: False}


@pytest.fixture
def watched(release: Release, tmp_path: Path) -> Iterator[None]:
    """The release, with numbers for Prometheus; as it was before in the end."""
    monitor = {"enabled": True, "from": [{"podSelector": {"matchLabels": PROMETHEUS}}]}
    renderer = install_program(tmp_path, "without-monitors", WITHOUT_MONITORS)
    release.install(
        "--post-renderer",
        str(renderer),
        monitoring={"serviceMonitor": monitor},
    )
    yield
    release.namespace.helm("rollback", RELEASE, "--wait", "--timeout", "300s")
    # A proxy that ends hears of no new route.
    wait_until(lambda: len(_proxies(release.namespace)) == 1, "the former proxies have ended", 120, 1)
    wait_until(lambda: answers(f"{release.hub_url}/hub/health"), "the proxy leads to the Hub again", 90)


def test_prometheus_alone_reaches_the_numbers(release: Release, watched: None, stranger: Probe) -> None:
    """Both pods are new, and for the moment without their policies."""
    with probe(release.namespace, "probe-prometheus", PROMETHEUS) as prometheus:
        wait_until(lambda: all(prometheus.reaches(NUMBERS, HUB).values()), "Prometheus is let in", 60)
        wait_until(lambda: not any(stranger.reaches(NUMBERS, HUB).values()), "a stranger is not", 60)
        assert prometheus.reaches(NUMBERS, HUB, PROXY_API) == {NUMBERS: True, HUB: True, PROXY_API: False}


def _proxies(namespace: Namespace) -> list[Object]:
    return namespace.objects("pods", "-l", "app.kubernetes.io/component=proxy")
