"""The notice that nobody works on builds: it comes to open pages and goes again, by itself."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from harness.platform import Platform
from harness.waiting import wait_until
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
    # Of a worker that is down it is 0, which would be this very run.
    assert pid > 0
    try:
        wait_until(lambda: _halts_idle(pid, platform), "the worker halts while it writes nothing")
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _halts_idle(pid: int, platform: Platform) -> bool:
    """Halt it, unless it holds SQLite's lock just then: nobody could note its silence before it goes on."""
    os.kill(pid, signal.SIGSTOP)
    database = sqlite3.connect(platform.home / "state" / "api.sqlite", timeout=1, isolation_level=None)
    with closing(database):
        try:
            database.execute("BEGIN IMMEDIATE")
            database.rollback()
        except sqlite3.OperationalError:
            os.kill(pid, signal.SIGCONT)
            return False
    return True


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
