"""Chromium before the real platform."""

import os
import shutil
from collections.abc import Iterator

import pytest
from harness.platform import Platform
from playwright.sync_api import Browser, sync_playwright

from .web_pages import Visitor

# Without these Chromium goes on looking for its maker's servers.
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a screen."""
    path = (
        os.environ.get("KUBEYARD_TEST_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
    )
    if not path:
        raise AssertionError("no Chromium: apt-get install chromium, or name one by KUBEYARD_TEST_CHROMIUM")
    # Chromium's own sandbox refuses to run as root.
    unboxed = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=[*QUIET, *unboxed])
        yield browser
        browser.close()


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
