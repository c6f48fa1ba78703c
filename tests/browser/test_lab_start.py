"""The page that starts JupyterLab, in Chromium: live by itself, and without a fault that axe knows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from harness.chromium import bring_login
from harness.jupyterhub import JupyterHub, running_jupyterhub
from harness.waiting import wait_until
from harness.web_ui import WebUi, running_web_ui
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HUB_URL = "http://hub.test:8000"
SIZES = [
    {"slug": "small", "display_name": "Small", "description": "1 GB of memory", "default": True},
    {"slug": "large", "display_name": "Large", "description": "8 GB of memory"},
]
NO_MEMORY = {"reason": "FailedScheduling", "type": "Warning", "message": "0/2 nodes: 2 Insufficient memory."}
PULLING = {"reason": "Pulling", "type": "Normal", "message": 'Pulling image "kubeyard/lab:1"'}
QUOTA = 'Forbidden: pods "lab-ada" is forbidden: exceeded quota: labs, requested: memory=8Gi'


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterHub]:
    with running_jupyterhub(tmp_path_factory.mktemp("hub")) as running:
        running.know("ada")
        yield running


@pytest.fixture
def web(hub: JupyterHub, tmp_path: Path) -> Iterator[WebUi]:
    """A web UI before the Hub, with two sizes, and ada."""
    with running_web_ui(tmp_path / "web", **hub.told_to_web_ui(HUB_URL, SIZES)) as running:
        running.add_user("ada")
        yield running
        for kind in ("events", "hold", "failure"):
            hub.script(kind, "ada")
        labs = running.services.labs
        labs.stop("ada")
        wait_until(lambda: labs.state("ada") == "stopped", "the Lab of ada is gone")


@pytest.fixture
def page(chromium: Browser, web: WebUi) -> Iterator[Page]:
    """Ada's tab. Behind the proxy's address somebody answers, as her Lab would."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    bring_login(context, web.browser_of("ada").http, web.url)
    context.route(
        f"{HUB_URL}/**", lambda route: route.fulfill(body="<h1>The Lab</h1>", content_type="text/html")
    )
    tab, errors = context.new_page(), list[str]()
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert errors == []


def reason(page: Page) -> Locator:
    """Why the start waits or failed."""
    return page.locator("#lab-start").get_by_role("status")


def faults(page: Page) -> list[str]:
    """What axe finds in both themes and widths, and whether something sticks out."""
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{theme} {width}: {one['id']}" for one in Axe().run(page).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{theme} {width}: wider than the window")
    return found


def test_start_is_followed_live_and_opens_the_lab(page: Page, web: WebUi, hub: JupyterHub) -> None:
    page.goto(f"{web.url}/lab")
    expect(page.get_by_label("Small")).to_be_checked()
    assert faults(page) == []

    hub.script("hold", "ada", "")
    page.get_by_label("Large").check()
    page.get_by_role("button", name="Start JupyterLab").click()
    expect(page.get_by_role("heading", name="Starting JupyterLab")).to_be_visible()
    page.evaluate("window.isStillThisPage = true")

    hub.script("events", "ada", [NO_MEMORY])
    expect(reason(page)).to_contain_text("No node has enough free memory for this.")
    assert faults(page) == []

    hub.script("events", "ada", [NO_MEMORY, PULLING])
    expect(page.locator("#lab-start")).to_contain_text("The image kubeyard/lab:1 is being fetched")
    assert page.evaluate("window.isStillThisPage")

    hub.script("hold", "ada")
    expect(page.get_by_role("heading", name="The Lab")).to_be_visible(timeout=30_000)
    assert page.url == f"{HUB_URL}/hub/user-redirect/lab"


def test_failure_is_shown_with_its_reason_and_tried_again(page: Page, web: WebUi, hub: JupyterHub) -> None:
    hub.script("failure", "ada", QUOTA)
    page.goto(f"{web.url}/lab")
    page.get_by_role("button", name="Start JupyterLab").click()
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_visible(timeout=30_000)
    expect(reason(page)).to_contain_text("The quota labs of this part of the cluster is used up.")
    page.get_by_text("What was said").click()
    expect(page.locator("pre")).to_contain_text("requested: memory=8Gi")
    assert faults(page) == []

    hub.script("failure", "ada")
    again.click()
    expect(page.get_by_role("heading", name="The Lab")).to_be_visible(timeout=30_000)


def test_start_can_be_given_up(page: Page, web: WebUi, hub: JupyterHub) -> None:
    hub.script("hold", "ada", "")
    page.goto(f"{web.url}/lab")
    page.get_by_role("button", name="Start JupyterLab").click()
    page.get_by_role("button", name="Give up").click()
    expect(
        page.get_by_role("button", name="Start JupyterLab").or_(page.get_by_role("button", name="Try again"))
    ).to_be_visible(timeout=30_000)
