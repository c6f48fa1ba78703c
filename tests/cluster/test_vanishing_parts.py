"""Each part's pod killed in turn under use, the edge node and the database away: what a user sees of it."""

import pytest
import requests
from browser.lab_page import LabPage
from browser.web_pages import Visitor
from harness.cluster import answers
from harness.waiting import wait_until
from playwright.sync_api import Browser, expect

from .faults import drain, kill
from .load import steady_load
from .release import OF_RELEASE, RELEASE, Release
from .visitor import ReturningVisitor

pytestmark = [pytest.mark.cluster, pytest.mark.daemons, pytest.mark.browser, pytest.mark.timeout(1500)]
PARTS = ("web-ui", "hub", "proxy")


def test_a_killed_hub_cuts_no_notebook(release: Release, lab: LabPage, guest: Visitor) -> None:
    labs = release.namespace.restarts("lab")
    kill(release.namespace, "hub")
    expect(lab.run("print('without', 'hub')")).to_contain_text("without hub", timeout=30_000)
    assert release.namespace.restarts("lab") == labs
    _opens_at_once(release, guest)


def test_a_killed_proxy_knows_its_routes_again_within_seconds(
    release: Release, lab: LabPage, guest: Visitor
) -> None:
    """Its connections are cut; JupyterLab takes them up again by itself."""
    kill(release.namespace, "proxy")
    _opens_at_once(release, guest)
    expect(lab.run("print('after', 'proxy')")).to_contain_text("after proxy", timeout=90_000)


def test_one_of_two_killed_web_uis_is_noticed_by_nobody_for_long(release: Release, guest: Visitor) -> None:
    """Requests that were in its hands are lost; everybody stays logged in."""
    before = release.namespace.pod_ids("web-ui")
    pod = release.namespace.pods("web-ui")[0]["metadata"]["name"]
    release.namespace.kubectl("delete", "pod", pod, "--grace-period=0", "--force")
    # The Service forgets it within a moment, while the one in its place is not even made.
    wait_until(
        lambda: all(answers(f"{release.web_url}/login") for _ in range(20)), "one answers for both", 30
    )
    wait_until(lambda: _ready(release, 2), "there are two again", 120)
    assert len(release.namespace.pod_ids("web-ui") & before) == 1
    with steady_load(f"{release.web_url}/login", 20) as load:
        wait_until(lambda: load.sent > 100, "a hundred requests")
    assert not load.failures, load.failures
    guest.go("/")
    expect(guest.page.get_by_role("heading", name="Overview")).to_be_visible()


def test_edge_away_leaves_logins_and_labs(
    release: Release, guest: Visitor, lab: LabPage, chromium: Browser
) -> None:
    release.edge.stop()
    try:
        guest.go("/")
        expect(guest.page.locator("body")).to_contain_text("It has not answered since", timeout=60_000)
        ReturningVisitor(chromium, release, "Admin").log_in("admin").close()
        assert requests.get(f"{release.web_url}/readyz", timeout=10).status_code == 200
        _opens_at_once(release, guest)
    finally:
        release.edge.start()
    guest.go("/applications?state=running")
    expect(guest.row("Spark 4.0").first).to_be_visible(timeout=60_000)
    expect(lab.run("print('edge', 'is', 'back')")).to_contain_text("edge is back", timeout=120_000)


def test_database_away_is_told_and_notebooks_go_on(release: Release, guest: Visitor, lab: LabPage) -> None:
    before = {part: release.namespace.restarts(part) for part in PARTS}
    release.server.stop()
    try:
        guest.go("/")
        expect(guest.page.get_by_role("heading", name="The database does not answer")).to_be_visible()
        expect(lab.run("print('without', 'database')")).to_contain_text("without database", timeout=30_000)
        assert answers(f"{release.web_url}/login")
    finally:
        release.server.start()
    guest.go("/")
    expect(guest.page.get_by_role("heading", name="Overview")).to_be_visible()
    _opens_at_once(release, guest)
    assert {part: release.namespace.restarts(part) for part in PARTS} == before


def test_drained_node_takes_nothing_away(release: Release, guest: Visitor, lab: LabPage) -> None:
    """Web UIs go one after another by their budget; the Lab's home and its kernel are there again."""
    expect(lab.run("kept = 'kept'; print(kept)")).to_contain_text("kept", timeout=60_000)
    lab.menu("File", "Save Notebook")
    with steady_load(f"{release.web_url}/login", 20) as load:
        drain(release.namespace, RELEASE, *PARTS)
    assert not load.failures, load.failures
    wait_until(lambda: not release.namespace.pods("lab"), "the Lab has gone with its node", 60)
    again = LabPage(guest.press_open_jupyterlab())
    expect(again.page.locator(".jp-DirListing-item", has_text="Untitled.ipynb")).to_have_count(1)
    again.page.close()
    expect(lab.run("print('still', kept)")).to_contain_text("still kept", timeout=120_000)


def _opens_at_once(release: Release, guest: Visitor) -> None:
    """A server that runs is opened, not started."""
    page = guest.press_open_jupyterlab()
    expect(page.locator("#jp-main-dock-panel")).to_be_visible(timeout=60_000)
    assert page.url.startswith(f"{release.hub_url}/user/guest/lab")
    page.close()


def _ready(release: Release, count: int) -> bool:
    statuses = [pod["status"].get("containerStatuses", []) for pod in release.namespace.pods("web-ui")]
    return [all(each["ready"] for each in one) and bool(one) for one in statuses] == [True] * count


def test_uninstalling_keeps_homes_and_keys(release: Release) -> None:
    """Last of all: nothing is left of the release but what cannot be made again."""
    release.namespace.helm("uninstall", RELEASE, "--wait", "--timeout", "200s")
    kept = release.namespace.objects("secrets,persistentvolumeclaims", "-l", OF_RELEASE)
    names = {each["metadata"]["name"] for each in kept}
    assert {f"{RELEASE}-keys", f"{RELEASE}-signing-keys"} <= names
    assert any(name.startswith("home-guest") for name in names)
    assert not release.namespace.objects("deployments,services,configmaps", "-l", OF_RELEASE)
