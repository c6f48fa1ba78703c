"""Chromium before the real platform."""

from collections.abc import Iterator

import pytest
from harness.chromium import open_chromium
from harness.platform import Platform
from playwright.sync_api import Browser

from .web_pages import Visitor


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a screen."""
    with open_chromium() as browser:
        yield browser


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
