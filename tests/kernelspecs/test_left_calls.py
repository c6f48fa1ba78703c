"""What an interrupted call to Java may still begin is cancelled, and nothing else; Java is played."""

import socket
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from harness.waiting import wait_until
from kubeyard_kernelspecs.launcher import left_calls
from kubeyard_kernelspecs.launcher.left_calls import LeftCalls, Way, end_left

pytestmark = pytest.mark.slow


class Java:
    """Spark's context and Py4J's client as far as they are asked; each connection has a thread behind it."""

    def __init__(self) -> None:
        self._gateway = SimpleNamespace(_gateway_client=self)
        self._jvm = SimpleNamespace(java=SimpleNamespace(lang=SimpleNamespace(Thread=self)))
        self.tags: list[str] = []
        self.cancelled: list[str] = []
        self.asked = 0
        self._open: list[socket.socket] = []
        self.connect()

    def connect(self) -> None:
        """As after an interrupt: another connection, and another thread at its other end."""
        ours, self.other_end = socket.socketpair()
        self._open += [ours, self.other_end]
        self.connection = SimpleNamespace(socket=ours)
        self.lives = threading.Event()
        self.lives.set()

    def close(self) -> None:
        for each in self._open:
            each.close()

    def get_thread_connection(self) -> Any:
        return self.connection

    def addJobTag(self, tag: str) -> None:  # noqa: N802 - Spark's name
        self.tags.append(tag)

    def currentThread(self) -> Any:  # noqa: N802 - Java's name
        self.asked += 1
        return SimpleNamespace(isAlive=self.lives.is_set)

    def cancelJobsWithTag(self, tag: str) -> None:  # noqa: N802 - Spark's name
        self.cancelled.append(tag)


@pytest.fixture
def java() -> Iterator[Java]:
    made = Java()
    yield made
    made.close()


CLOSINGS: dict[str, Callable[[Java], None]] = {
    "by Python": lambda java: setattr(java.connection, "socket", None),
    "by Java": lambda java: java.other_end.close(),
}


def marked(calls: LeftCalls, java: Java) -> Way:
    calls.mark(java)
    assert calls.way is not None
    return calls.way


@pytest.mark.parametrize("closed", CLOSINGS)
def test_java_is_asked_once_for_each_connection(java: Java, closed: str) -> None:
    calls = LeftCalls()
    for _ in range(3):
        calls.mark(java)
    assert (len(java.tags), java.asked) == (1, 1)
    CLOSINGS[closed](java)
    java.connect()
    calls.mark(java)
    assert len(set(java.tags)) == 2


@pytest.mark.parametrize("closed", CLOSINGS)
def test_jobs_of_the_closed_connection_are_cancelled_until_its_thread_has_ended_and_for_a_while_after(
    java: Java, closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(left_calls, "GOES_ON_SECONDS", 1.0)
    calls = LeftCalls()
    left, lives = marked(calls, java), java.lives
    ending = threading.Thread(target=end_left, args=(left, java))
    ending.start()
    CLOSINGS[closed](java)
    java.connect()
    later = marked(calls, java)
    wait_until(lambda: len(java.cancelled) >= 2, "it is cancelled again and again")
    lives.clear()
    before = len(java.cancelled)
    ending.join(10)
    assert not ending.is_alive()
    assert len(java.cancelled) > before + 1
    assert set(java.cancelled) == {left.tag}
    assert later.tag != left.tag


def test_a_cell_that_was_in_no_call_keeps_its_jobs(java: Java, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(left_calls, "CLOSED_WITHIN_SECONDS", 0.0)
    end_left(marked(LeftCalls(), java), java)
    assert java.cancelled == []
