"""An installed release: what Helm, Kubernetes and an operator see of it."""

import pytest
import requests
from harness.cluster import forwarded
from harness.host_edge import free_port

from .release import OF_RELEASE, RELEASE, Release

pytestmark = [pytest.mark.cluster, pytest.mark.daemons, pytest.mark.timeout(1200)]


def test_every_pod_is_ready_under_the_restricted_profile(release: Release) -> None:
    """The namespace enforces it, so a pod that does not pass would not be here."""
    expected = {"web-ui": 2, "hub": 1, "proxy": 1}
    for component, count in expected.items():
        pods = release.namespace.pods(component)
        assert len(pods) == count
        for pod in pods:
            ready = [each["ready"] for each in pod["status"]["containerStatuses"]]
            assert ready == [True], pod["metadata"]["name"]
    warnings = release.namespace.objects("events", "--field-selector", "type=Warning,reason=FailedCreate")
    assert warnings == []


def test_helm_test_finds_nothing_wrong(release: Release) -> None:
    """The edge node too, from a pod and through the network policies."""
    said = release.namespace.helm("test", RELEASE, "--logs", "--timeout", "120s")
    fine = [line for line in said.splitlines() if line.startswith("fine: ")]
    assert len(fine) == 7, said
    assert "wrong: " not in said
    assert f"fine: http://{release.edge.address}:{release.edge.gateway_port}/healthz" in fine


def test_notes_end_with_what_comes_next(release: Release) -> None:
    said = release.namespace.helm("get", "notes", RELEASE)
    assert f"Open it:\n  {release.web_url}" in said
    assert "WARNING: the demo accounts" in said
    assert said.strip().endswith(f"helm test --namespace {release.namespace.name} {RELEASE} --logs")


def test_login_page_comes_through_a_forwarded_port(release: Release) -> None:
    with forwarded(release.namespace, f"{RELEASE}-web-ui", 5000, free_port()) as url:
        answer = requests.get(f"{url}/login", timeout=10)
    assert answer.status_code == 200
    assert "Log in" in answer.text


def test_hub_sends_whoever_is_not_logged_in_to_the_web_ui(release: Release) -> None:
    answer = requests.get(f"{release.hub_url}/hub/login", timeout=10, allow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith((f"{release.web_url}/", "/hub/oauth_login"))


def test_platform_asks_for_no_more_memory_than_promised(release: Release) -> None:
    """With one web UI; these tests run two."""
    pods = [release.namespace.pods(each)[0] for each in ("web-ui", "hub", "proxy")]
    requests_of = [each["resources"]["requests"] for pod in pods for each in pod["spec"]["containers"]]
    assert sum(int(each["memory"].removesuffix("Mi")) for each in requests_of) <= 600 * 1000**2 // 2**20


def test_nothing_restarted_on_its_way(release: Release) -> None:
    restarts = {part: release.namespace.restarts(part) for part in ("web-ui", "hub", "proxy")}
    assert not any(count for each in restarts.values() for count in each.values()), restarts


def test_a_second_namespace_could_hold_another_release(release: Release) -> None:
    """Nothing of it lies outside its namespace."""
    kinds = "clusterroles,clusterrolebindings,priorityclasses,customresourcedefinitions"
    assert release.namespace.kubectl("get", kinds, "-o", "name", "-l", OF_RELEASE) == ""
