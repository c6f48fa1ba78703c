"""The notice that nobody works on builds: it comes to open pages and goes again, by itself."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from harness.platform import Platform
from kubeyard_local.supervision import Supervisor
from playwright.sync_api import expect

from .web_pages import Visitor

pytestmark = [pytest.mark.daemons, pytest.mark.browser, pytest.mark.timeout(600)]

# Its sign of life is good for 15 s.
SILENCE_MS = 40_000


@contextmanager
def halted_worker(platform: Platform) -> Iterator[None]:
    """Let the build worker stand still, as one does that hangs."""
    pid = Supervisor(platform.home / "run" / "supervisor.sock").state("worker").pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_the_notice_comes_and_goes_on_a_page_that_stays_open(guest: Visitor, platform: Platform) -> None:
    guest.go("/environments")
    guest.page.evaluate("window.isStillThisPage = true")
    notice = guest.page.get_by_role("status").filter(has_text="The build worker has not answered since")
    expect(notice).to_have_count(0)
    with halted_worker(platform):
        expect(notice).to_be_visible(timeout=SILENCE_MS)
        assert guest.accessibility_faults() == []
        guest.photograph("environments-worker-away")
    expect(notice).to_have_count(0, timeout=SILENCE_MS)
    assert guest.page.evaluate("window.isStillThisPage")
