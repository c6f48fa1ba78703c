"""What every tab showed when a test failed."""

import contextlib
import re

import pytest
from playwright.sync_api import Error

from .web_pages import SCREENSHOTS, Visitor

# A tab that is being loaded may give no picture at all.
PICTURE_MS = 5000


def photograph_failure(item: pytest.Item, report: pytest.TestReport) -> None:
    """Keep a screenshot of each tab of a failed test's visitors."""
    if not report.failed:
        return
    visitors = [each for each in getattr(item, "funcargs", {}).values() if isinstance(each, Visitor)]
    tabs = [(visitor.name, tab) for visitor in visitors for tab in visitor.context.pages]
    folder = SCREENSHOTS / "failures"
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, tab) in enumerate(tabs):
        file = re.sub(r"[^\w-]+", "-", f"{item.name}-{name}-{number}").lower()
        with contextlib.suppress(Error):
            tab.screenshot(path=folder / f"{file}.png", timeout=PICTURE_MS)
