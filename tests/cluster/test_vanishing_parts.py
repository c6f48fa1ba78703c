"""Each part's pod killed in turn under use, the edge node and the database away: what a user sees of it."""

import pytest
import requests
from browser.lab_page import LabPage
from browser.web_pages import Visitor
from harness.waiting import wait_until
from playwright.sync_api import expect

from .load import steady_load
from .release import RELEASE, Release

pytestmark = [pytest.mark.cluster, pytest.mark.daemons, pytest.mark.browser, pytest.mark.timeout(1500)]


def kill(release: Release, component: str) -> None:
    """End a component's pods without grace, and wait until others are ready in their place."""
    before = release.namespace.pod_ids(component)
    names = [pod["metadata"]["name"] for pod in release.namespace.pods(component)]
    release.namespace.kubectl("delete", "pod", *names, "--grace-period=0", "--force")

    def replaced() -> bool:
        pods = release.namespace.pods(component)
        ready = [
            all(each["ready"] for each in pod["status"].get("containerStatuses", [{"ready": False}]))
            for pod in pods
        ]
        return len(pods) == len(before) and all(ready) and not before & release.namespace.pod_ids(component)

    wait_until(replaced, f"{component} is ready again", 180, 0.5)


def test_a_killed_hub_cuts_no_notebook(release: Release, lab: LabPage, guest: Visitor) -> None:
    labs = release.namespace.pod_ids("lab")
    kill(release, "hub")
    expect(lab.run("print('without', 'hub')")).to_contain_text("without hub", timeout=30_000)
    assert release.namespace.pod_ids("lab") == labs
    _opens_at_once(release, guest)


def test_a_killed_proxy_knows_its_routes_again_within_seconds(
    release: Release, lab: LabPage, guest: Visitor
) -> None:
    """Its connections are cut; JupyterLab takes them up again by itself."""
    kill(release, "proxy")
    _opens_at_once(release, guest)
    expect(lab.run("print('after', 'proxy')")).to_contain_text("after proxy", timeout=90_000)


def test_one_of_two_killed_web_uis_is_noticed_by_nobody_for_long(release: Release, guest: Visitor) -> None:
    """Requests that were in its hands are lost; everybody stays logged in."""
    with steady_load(f"{release.web_url}/healthz", 1):
        pod = release.namespace.pods("web-ui")[0]["metadata"]["name"]
        release.namespace.kubectl("delete", "pod", pod, "--grace-period=0", "--force")
        wait_until(lambda: len(release.namespace.pods("web-ui")) == 2, "there are two again", 120)
    wait_until(lambda: _answers(f"{release.web_url}/readyz"), "a web UI answers", 60)
    guest.go("/")
    expect(guest.page.get_by_role("heading", name="Overview")).to_be_visible()


def test_edge_away_leaves_logins_and_labs(release: Release, guest: Visitor, lab: LabPage) -> None:
    release.edge.stop()
    try:
        guest.go("/")
        expect(guest.page.locator("body")).to_contain_text("since", timeout=60_000)
        answer = requests.get(f"{release.web_url}/readyz", timeout=10)
        assert answer.status_code == 200
        assert requests.get(f"{release.hub_url}/user/guest/lab", timeout=10).status_code == 200
    finally:
        release.edge.start()
    guest.go("/applications?state=running")
    expect(guest.row("Spark 4.0").first).to_be_visible(timeout=60_000)
    expect(lab.run("print('edge', 'is', 'back')")).to_contain_text("edge is back", timeout=120_000)


def _opens_at_once(release: Release, guest: Visitor) -> None:
    """A server that runs is opened, not started."""
    address = f"{release.hub_url}/user/guest/lab"
    with guest.context.expect_page() as opened:
        guest.go("/")
        guest.page.get_by_role("link", name="Open JupyterLab").first.click()
    page = opened.value
    expect(page.locator("#jp-main-dock-panel")).to_be_visible(timeout=60_000)
    assert page.url.startswith(address)
    page.close()


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=3).ok
    except requests.RequestException:
        return False


def test_uninstalling_keeps_homes_and_keys(release: Release) -> None:
    """Last of all: nothing is left of the release but what cannot be made again."""
    release.namespace.helm("uninstall", RELEASE, "--wait", "--timeout", "200s")
    kept = release.namespace.objects("secrets,persistentvolumeclaims")
    names = {each["metadata"]["name"] for each in kept}
    assert {f"{RELEASE}-keys", f"{RELEASE}-signing-keys"} <= names
    assert any(name.startswith("home-guest") for name in names)
    assert not release.namespace.objects(
        "deployments,services,configmaps", "-l", "app.kubernetes.io/name=kubeyard"
    )
