"""A Lab ends when it is told to."""

import ctypes
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from harness.waiting import wait_until

from .lab_process import LabProcess

pytestmark = pytest.mark.slow
# Port 9 discards: nobody answers there.
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[LabProcess]:
    """A Lab whose gateway is away."""
    lab = LabProcess(tmp_path, NOBODY, NOBODY, "no-token")
    lab.start()
    yield lab
    lab.kill()


def waits_for_ever(pid: int) -> bool:
    """Whether the main thread waits for its files without an end: no timer of the loop is set."""
    # Number of the call, then its arguments; epoll_wait's fourth is its timeout in milliseconds.
    call = Path(f"/proc/{pid}/syscall").read_text().split()
    return len(call) > 4 and int(call[4], 16) & 0xFFFFFFFF == 0xFFFFFFFF


def test_an_idle_lab_ends_when_another_of_its_threads_is_given_the_signal(lab: LabProcess) -> None:
    wait_until(lambda: waits_for_ever(lab.pid), "the Lab is idle")
    others = [each.id for each in psutil.Process(lab.pid).threads() if each.id != lab.pid]
    assert others
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.tgkill(lab.pid, others[0], int(signal.SIGTERM)) == 0, os.strerror(ctypes.get_errno())
    assert lab.wait() == 0
    assert "received signal 15, stopping" in lab.log.read_text()
