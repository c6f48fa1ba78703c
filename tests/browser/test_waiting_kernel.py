"""A kernel that waits for the cluster, as its person sees it in JupyterLab."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.scripted_yarn import SPEC
from lab.full_queue import lab_before_a_full_queue
from lab.lab_process import LabProcess
from playwright.sync_api import Browser, expect

from .opening import lab_without_hub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
REASON = "has reached the share of memory that starting applications may take"


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[LabProcess]:
    """Ada's Lab, whose cluster is full."""
    with lab_before_a_full_queue(tmp_path, 20) as lab:
        yield lab


def test_page_says_what_a_kernel_waits_for_until_it_is_given_up(
    chromium: Browser, waiting: LabProcess
) -> None:
    with lab_without_hub(chromium, waiting) as page:
        tab = page.page
        tab.locator('.jp-LauncherCard[data-category="Notebook"]', has_text=SPEC.display_name).first.click()
        notice = tab.locator(".jp-toastContainer, .Toastify")
        expect(notice.first).to_contain_text("It is number 1 of 1 in its queue.", timeout=30_000)
        expect(notice.first).to_contain_text(REASON[:40])
        page.photograph("kernel-waits")
        expect(page.dialog()).to_contain_text("Error Starting Kernel", timeout=60_000)
        expect(page.dialog()).to_contain_text(REASON)
        page.photograph("kernel-did-not-start")
        page.dialog().locator("button.jp-mod-accept").click()
        expect(tab.get_by_text("It is number 1 of 1 in its queue.")).to_have_count(0)
