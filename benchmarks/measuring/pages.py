"""How long the server takes for a page."""

import requests
from kubeyard_local.tour.browser import Browser

from measuring.running_platform import RunningPlatform
from measuring.table import Row, milliseconds

REQUESTS = 200
_PAGES = (("login page", "/login", False), ("Overview", "/", True), ("Applications", "/applications", True))


def measure(platform: RunningPlatform) -> list[Row]:
    """Each page, asked one after another over one connection, as a guest."""
    rows = []
    for name, path, is_logged_in in _PAGES:
        browser = Browser(platform.url("WEB"))
        if is_logged_in:
            browser.send(browser.page("/login").form("/login"), username="Guest", password="guest")
        browser.get(path)
        took = [_seconds_for(browser.session, platform.url("WEB") + path) for _ in range(REQUESTS)]
        how = f"p50 / p95 of {REQUESTS}, to the answer's headers, on loopback"
        rows.append(Row(name, milliseconds(took), bar="p95 <= 100 ms", how=how))
        if is_logged_in:
            browser.send(browser.page("/").form("/logout"))
    return rows


def _seconds_for(session: requests.Session, url: str) -> float:
    answer = session.get(url, timeout=30, allow_redirects=False)
    answer.raise_for_status()
    return answer.elapsed.total_seconds()
