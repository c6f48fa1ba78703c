"""What every test in JupyterLab begins and ends with: room on the cluster, and a tab of one's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.platform import Platform
from harness.waiting import wait_until
from kubeyard_yarn.applications import ACTIVE_STATES
from kubeyard_yarn.resource_manager import ResourceManager

from .lab_page import LabPage
from .web_pages import Visitor


def end_applications(platform: Platform) -> None:
    """Kill whatever runs on YARN, and wait until it has ended."""
    manager = ResourceManager([platform.rm_url], "kubeyard", timeout_seconds=10)
    for application in manager.applications(ACTIVE_STATES):
        manager.kill(application.id, "a test is over")
    wait_until(lambda: not manager.applications(ACTIVE_STATES), "every application has ended")


@contextmanager
def opened_lab(visitor: Visitor) -> Iterator[LabPage]:
    """JupyterLab, opened by the web UI's button, as a new user sees it."""
    visitor.go("/")
    with visitor.context.expect_page() as opened:
        visitor.page.get_by_role("link", name="Open JupyterLab").first.click()
    page = LabPage(opened.value)
    page.forget_layout()
    yield page
    page.page.close()
