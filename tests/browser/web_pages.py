"""The web UI as its people see it: Chromium, screenshots of every page, and axe."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOAD_MS = 30_000


class Site(Protocol):
    """Where a web UI is: a platform, whether on one machine or in a cluster."""

    def url(self, port: str) -> str:
        """The address of one of its services."""


class Visitor:
    """Somebody at a browser, logged in or not."""

    def __init__(self, browser: Browser, platform: Site, name: str) -> None:
        self.platform = platform
        self.name = name
        self.context: BrowserContext = browser.new_context(viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
        self.context.set_default_timeout(LOAD_MS)
        self.page: Page = self.context.new_page()

    def close(self) -> None:
        """Close the browser's window."""
        self.context.close()

    def log_in(self, password: str) -> "Visitor":
        """Log in by the form."""
        self.go("/login")
        self.page.get_by_label("Name").fill(self.name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()
        expect(self.page.get_by_role("heading", name="Overview")).to_be_visible()
        return self

    def go(self, path: str) -> None:
        """Open a page of the web UI."""
        self.page.goto(self.platform.url("WEB") + path)

    def press_open_jupyterlab(self) -> Page:
        """Press the button of every page, and return the tab that it opens."""
        self.go("/")
        with self.context.expect_page() as opened:
            self.page.get_by_role("link", name="Open JupyterLab").first.click()
        return opened.value

    def row(self, *texts: str) -> Locator:
        """The rows of the page's table that hold these texts."""
        rows = self.page.locator("tbody tr")
        for text in texts:
            rows = rows.filter(has_text=text)
        return rows

    def kill(self, row: Locator) -> None:
        """Kill the application of a row, by its button and the dialog that asks."""
        row.get_by_role("link", name="Kill").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Kill application").click()
        expect(self.page.locator("body")).to_contain_text("is being killed")

    def photograph(self, name: str) -> None:
        """Keep screenshots of this page in both themes and widths."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for theme in ("light", "dark"):
            self.page.emulate_media(color_scheme=theme)
            for width, size in (("1280", WIDE), ("390", NARROW)):
                self.page.set_viewport_size(size)  # type: ignore[arg-type]
                self.page.screenshot(path=SCREENSHOTS / f"{name}-{theme}-{width}.png", full_page=True)
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]

    def accessibility_faults(self) -> list[str]:
        """What axe finds on this page, in both themes."""
        faults = []
        for theme in ("light", "dark"):
            self.page.emulate_media(color_scheme=theme)
            found: Mapping[str, Any] = Axe().run(self.page).response
            faults += [f"{theme}: {_said(violation)}" for violation in found["violations"]]
        self.page.emulate_media(color_scheme="light")
        return faults


def _said(violation: Mapping[str, Any]) -> str:
    places = ", ".join(" ".join(map(str, node["target"])) for node in violation["nodes"])
    return f"{violation['id']} ({violation['help']}) at {places}"
