"""Every page in both themes and widths: photographed, and without a fault that axe knows."""

import pytest
from harness.platform import Platform
from playwright.sync_api import Browser, expect

from .web_pages import Visitor

pytestmark = [pytest.mark.daemons, pytest.mark.browser]

PAGES = {
    "overview": "/",
    "applications": "/applications?state=all",
    "applications-none": "/applications?q=no-such-application",
    "kernels": "/kernels",
    "environments": "/environments",
    "environments-new": "/environments/new",
    "environment": "/environments/kubeyard/spark",
    "search": "/search?q=spark",
    "password": "/account/password",
    "not-found": "/no-such-page",
}


def test_login_page_has_no_fault(chromium: Browser, platform: Platform) -> None:
    visitor = Visitor(chromium, platform, "eve")
    visitor.go("/login")
    visitor.photograph("login")
    assert visitor.accessibility_faults() == []
    visitor.close()


def test_refused_login_says_so_without_a_fault(chromium: Browser, platform: Platform) -> None:
    visitor = Visitor(chromium, platform, "eve")
    visitor.go("/login")
    visitor.page.get_by_label("Name").fill("eve")
    visitor.page.get_by_label("Password").fill("wrong")
    visitor.page.get_by_role("button", name="Log in").click()
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    visitor.photograph("login-refused")
    assert visitor.accessibility_faults() == []
    visitor.close()


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_fault(guest: Visitor, name: str) -> None:
    guest.go(PAGES[name])
    expect(guest.page.locator("h1")).to_have_count(1)
    guest.photograph(name)
    assert guest.accessibility_faults() == []


@pytest.mark.parametrize("name", ["overview", "applications", "kernels", "environments", "health"])
def test_administrators_page_has_no_fault(admin: Visitor, name: str) -> None:
    admin.go(PAGES.get(name, f"/{name}"))
    admin.photograph(f"admin-{name}")
    assert admin.accessibility_faults() == []


@pytest.mark.parametrize("name", PAGES)
def test_narrow_page_does_not_scroll_sideways(guest: Visitor, name: str) -> None:
    guest.page.set_viewport_size({"width": 390, "height": 844})
    guest.go(PAGES[name])
    assert guest.page.evaluate("document.documentElement.scrollWidth") <= 390
    guest.page.set_viewport_size({"width": 1280, "height": 900})


def test_pages_ask_nobody_else_and_complain_of_nothing(guest: Visitor) -> None:
    strangers: list[str] = []
    complaints: list[str] = []
    own = guest.platform.url("WEB")
    guest.page.on(
        "request", lambda request: None if request.url.startswith(own) else strangers.append(request.url)
    )
    guest.page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    guest.page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in ("/", "/applications", "/kernels", "/environments"):
        guest.go(path)
        expect(guest.page.locator("h1")).to_be_visible()
    assert strangers == []
    assert complaints == []
