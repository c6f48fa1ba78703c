"""The page that tells administrators how every part of the platform is."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from harness.site import Site
from harness.web_ui import Browser
from kubeyard_web.platform.pods import pods_in_words


@pytest.fixture
def grace(site: Site) -> Browser:
    """An administrator's browser."""
    return site.visitor("grace")


def row(browser: Browser, part: str) -> str:
    """What the page says of one part."""
    found = BeautifulSoup(browser.get("/health").text, "html.parser").find(id=f"part-{part}")
    return " ".join(found.get_text(" ").split()) if found else ""


def test_administrators_see_every_part(grace: Browser) -> None:
    assert "Works 0.1.0" in row(grace, "web-ui")
    assert "SQLite 3" in row(grace, "database")
    assert "signs by" in row(grace, "signing-keys")
    assert "Works 0.1.0" in row(grace, "api-server")
    assert "Works" in row(grace, "build-worker")
    for part in ("jupyterhub", "proxy", "gateway", "resourcemanager", "httpfs-and-hdfs", "jobhistoryserver"):
        assert "Fails" in row(grace, part), part


def test_what_fails_says_why_and_what_goes_on(grace: Browser) -> None:
    page = grace.get("/health").text
    assert "These parts do not work:" in page
    assert "Labs that run go on; nobody can start one. Look at its log" in row(grace, "jupyterhub")
    assert "KUBEYARD_RM_URLS" in row(grace, "resourcemanager")
    assert "nobody listens there" in row(grace, "gateway")


def test_while_the_api_server_is_away_its_page_says_since_when(site: Site, grace: Browser) -> None:
    site.stop_api()
    told = row(grace, "api-server")
    assert "Fails" in told
    assert "since" in told
    assert "Logins, running Labs and kernels go on." in " ".join(told.split())
    assert "Not known" in row(grace, "resourcemanager")


def test_users_see_neither_the_page_nor_its_link(site: Site) -> None:
    eve = site.visitor("eve")
    assert eve.get("/health").status_code == 403
    assert eve.get("/health/parts").status_code == 403
    assert 'href="/health"' not in eve.get("/").text
    assert 'href="/health"' in site.visitor("grace").get("/").text


def test_page_changes_nothing(site: Site, grace: Browser) -> None:
    for path in ("/health", "/health/parts"):
        assert grace.post_bare(path, {}).status_code in (400, 405)


def test_page_says_nothing_of_pods_outside_kubernetes(grace: Browser) -> None:
    assert "Pods" not in grace.get("/health").text


def pod(name: str, component: str, **status: Any) -> dict[str, Any]:
    labels = {"app.kubernetes.io/component": component}
    return {
        "metadata": {"name": name, "uid": f"uid-{name}", "labels": labels},
        "spec": {"nodeName": "node1", "containers": [{"image": f"kubeyard/{component}:1"}]},
        "status": status,
    }


READY = {
    "phase": "Running",
    "containerStatuses": [{"ready": True, "restartCount": 2, "state": {"running": {}}}],
}
NO_IMAGE = {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "kubeyard/hub:9"'}
WAITING = {"phase": "Pending", "containerStatuses": [{"ready": False, "state": {"waiting": NO_IMAGE}}]}
UNMOUNTED = {
    "reason": "FailedMount",
    "message": 'MountVolume.SetUp failed for volume "keys" : secret "kubeyard-keys" not found',
    "lastTimestamp": "2026-11-21T10:00:00Z",
    "involvedObject": {"uid": "uid-web"},
}
OLDER = UNMOUNTED | {"reason": "FailedScheduling", "message": "x", "lastTimestamp": "2026-11-21T09:00:00Z"}


def test_pods_in_trouble_come_first_with_their_reason() -> None:
    creating = {
        "phase": "Pending",
        "containerStatuses": [{"state": {"waiting": {"reason": "ContainerCreating"}}}],
    }
    pods = [pod("proxy", "proxy", **READY), pod("hub", "hub", **WAITING), pod("web", "web-ui", **creating)]
    shown = pods_in_words(pods, [UNMOUNTED, OLDER])

    assert [(one.name, one.state.word) for one in shown] == [
        ("hub", "Waiting"),
        ("web", "Waiting"),
        ("proxy", "Ready"),
    ]
    words = [one.words.what if one.words else "" for one in shown]
    assert words[0].startswith("The image kubeyard/hub:9 cannot be fetched")
    assert words[1].startswith("The secret kubeyard-keys is missing")
    assert words[2] == ""
    assert shown[2].restarts == 2


def test_warning_of_the_past_is_not_told_of_a_pod_that_is_ready() -> None:
    [shown] = pods_in_words([pod("web", "web-ui", **READY)], [UNMOUNTED])
    assert shown.is_fine
