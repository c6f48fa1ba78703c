"""Debian's Chromium without a screen, for whoever tests in a browser."""

import os
import shutil
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, sync_playwright

MISSING = "no Chromium: apt-get install chromium, or name one by KUBEYARD_TEST_CHROMIUM"
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
    """One browser for all tests; a conftest has it by importing it."""
    path = (
        os.environ.get("KUBEYARD_TEST_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
    )
    assert path, MISSING
    # Chromium's own sandbox refuses to run as root.
    unboxed = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=[*QUIET, *unboxed])
        yield browser
        browser.close()


def bring_login(context: BrowserContext, http: requests.Session, *urls: str) -> None:
    """Whoever has logged in by the session `http` is logged in at these addresses in Chromium, too."""
    context.add_cookies(
        [{"name": one.name, "value": one.value or "", "url": url} for url in urls for one in http.cookies]
    )
