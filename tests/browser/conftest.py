"""Chromium before the real platform."""

from collections.abc import Generator, Iterator

import pytest
from harness.chromium import chromium as chromium
from harness.platform import Platform
from playwright.sync_api import Browser

from .failures import photograph_failure
from .web_pages import Visitor


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what was seen when a test fails."""
    report = yield
    photograph_failure(item, report)
    return report


@pytest.fixture(scope="session")
def guest(chromium: Browser, platform: Platform) -> Iterator[Visitor]:
    """Guest, logged in."""
    visitor = Visitor(chromium, platform, "Guest").log_in("guest")
    yield visitor
    visitor.close()


@pytest.fixture(scope="session")
def admin(chromium: Browser, platform: Platform) -> Iterator[Visitor]:
    """Admin, logged in."""
    visitor = Visitor(chromium, platform, "Admin").log_in("admin")
    yield visitor
    visitor.close()
