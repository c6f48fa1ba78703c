"""What every test in JupyterLab begins and ends with: room on the cluster, and a tab of one's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.platform import Platform
from harness.waiting import wait_until
from kubeyard_yarn.applications import ACTIVE_STATES
from kubeyard_yarn.resource_manager import ResourceManager
from lab.lab_process import LabProcess
from playwright.sync_api import Browser

from .lab_page import LabPage
from .web_pages import WIDE, Visitor


def end_applications(platform: Platform) -> None:
    """Kill whatever runs on YARN, and wait until it has ended."""
    manager = ResourceManager([platform.rm_url], "kubeyard", timeout_seconds=10)
    for application in manager.applications(ACTIVE_STATES):
        manager.kill(application.id, "a test is over")
    wait_until(lambda: not manager.applications(ACTIVE_STATES), "every application has ended")


@contextmanager
def lab_without_hub(chromium: Browser, lab: LabProcess) -> Iterator[LabPage]:
    """A Lab's own page, in a window that is closed whatever happens."""
    context = chromium.new_context(viewport=WIDE)  # type: ignore[arg-type]
    try:
        tab = context.new_page()
        tab.goto(lab.page_url)
        yield LabPage(tab)
    finally:
        context.close()


@contextmanager
def opened_lab(visitor: Visitor) -> Iterator[LabPage]:
    """JupyterLab, opened by the web UI's button, as a new user sees it."""
    page = LabPage(visitor.press_open_jupyterlab())
    page.forget_layout()
    yield page
    page.page.close()
