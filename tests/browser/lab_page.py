"""JupyterLab as its people see it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from harness.waiting import wait_until
from playwright.sync_api import Locator, Page, expect

from .web_pages import SCREENSHOTS

LAB_MS = 120_000
KERNEL_MS = 120_000


class LabPage:
    """A tab with JupyterLab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.page.set_default_timeout(LAB_MS)
        # Chromium asks before it leaves a page with a notebook that is not saved yet.
        self.page.on("dialog", lambda asked: asked.accept())
        self.page.wait_for_selector("#jp-main-dock-panel")

    def forget_layout(self) -> None:
        """Show what a new user sees: the launcher alone, whatever an earlier run left open."""
        self.page.goto(self.page.url.partition("/lab")[0] + "/lab?reset")
        self.page.wait_for_selector(".jp-LauncherCard")

    def choose_kernel(self, name: str) -> None:
        """Open a new notebook by the launcher's card, and wait until its kernel answers."""
        with self.kernel_starts(name):
            self.page.locator('.jp-LauncherCard[data-category="Notebook"]', has_text=name).first.click()

    def open_file(self, name: str, kernel: str) -> None:
        """Open a notebook by the file browser, and wait until its kernel answers."""
        with self.kernel_starts(kernel):
            self.page.locator(".jp-DirListing-item", has_text=name).dblclick()

    @contextmanager
    def kernel_starts(self, name: str) -> Iterator[None]:
        """Wait in the end until a kernel that is started meanwhile answers.

        JupyterLab drops a cell that is run before its kernel is connected, and shows "Idle" long before that.
        """
        with self.page.expect_websocket(lambda one: "/channels" in one.url, timeout=KERNEL_MS) as opened:
            yield
        opened.value.wait_for_event("framereceived", timeout=KERNEL_MS)
        ready = re.compile(rf"{re.escape(name)}.*\| Idle")
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text(ready, timeout=KERNEL_MS)

    def run(self, code: str) -> Locator:
        """Run code in the last cell; returns where its output appears."""
        cell = self._current(".jp-CodeCell").last
        cell.locator(".cm-content").click()
        self.page.keyboard.insert_text(code)
        number = self._current(".jp-CodeCell").count()
        self.page.keyboard.press("Shift+Enter")
        return self._current(".jp-CodeCell").nth(number - 1).locator(".jp-OutputArea")

    def run_all(self) -> None:
        """Run every cell of the notebook."""
        self.menu("Run", "Run All Cells")

    def menu(self, menu: str, item: str) -> None:
        """Choose from the menu bar."""
        self.page.locator("#jp-MainMenu .lm-MenuBar-itemLabel", has_text=menu).first.click()
        self.page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()

    def close_notebook(self) -> None:
        """Close the notebook that is open, without saving what JupyterLab has not saved by itself."""
        tabs = self.page.locator("#jp-main-dock-panel .lm-TabBar-tab")
        before = tabs.count()
        self.menu("File", "Close Tab")
        discard = self.dialog().get_by_role("button", name="Discard")
        wait_until(lambda: discard.count() or tabs.count() < before, "the notebook closes or asks")
        if discard.count():
            discard.click()
        expect(tabs).to_have_count(before - 1)

    def dialog(self) -> Locator:
        """The dialog that is open."""
        return self.page.locator(".jp-Dialog")

    def accept(self) -> None:
        """Press the dialog's main button."""
        self.dialog().locator("button.jp-mod-accept, button.jp-mod-warn").last.click()
        expect(self.dialog()).to_have_count(0)

    def photograph(self, name: str) -> None:
        """Keep a screenshot of the tab."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def kernel_name(self) -> Locator:
        """The name in the notebook's tool bar."""
        return self._current(".jp-KernelName")

    def unfinished_cells(self) -> Locator:
        """Cells that are running or wait to run."""
        return self._current(".jp-InputPrompt").filter(has_text="[*]")

    def errors(self) -> Locator:
        """Outputs that are errors."""
        return self._current('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]')

    def _current(self, selector: str) -> Locator:
        return self.page.locator(f".jp-NotebookPanel:not(.lm-mod-hidden) {selector}")
