"""Calls to Java that an interrupt leaves behind: the jobs which they start later end as well."""

import socket
import time
from dataclasses import dataclass
from typing import Any

LOOK_EVERY_SECONDS = 0.2
# Py4J closes the way of an interrupted call at once; a cell that was in no call keeps its own.
CLOSED_WITHIN_SECONDS = 5.0
# Threads of Spark's own begin the stages of a query, some while after the one that asked for it has ended.
GOES_ON_SECONDS = 20.0


@dataclass(frozen=True)
class Way:
    """The cells' way to Java: a connection of Py4J, the thread at its other end and the tag of its jobs."""

    connection: Any
    thread: Any
    tag: str

    @property
    def is_open(self) -> bool:
        """Whether both sides hold it: an interrupt has Java close its end, and Python not always its own."""
        held = self.connection.socket
        if held is None:
            return False
        try:
            # Takes nothing away from whoever waits for an answer.
            return bool(held.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            return False


class LeftCalls:
    """An interrupt ends a call on Python's side only: Java goes on, and may begin its job a moment later.

    So the jobs of each way carry a tag, and those of one that was closed are cancelled until the
    thread at its other end has ended, and for a while after. Later cells have a way of their own.
    """

    def __init__(self) -> None:
        """No cell has called Java yet."""
        self._way: Way | None = None
        self._ways = 0

    def mark(self, context: Any) -> None:
        """Tag what the calling thread, that of the cells, will start; asks Java once for each way."""
        client = context._gateway._gateway_client
        if not hasattr(client, "get_thread_connection"):
            # PYSPARK_PIN_THREAD is off: no connection, and no thread of Java's, is the cells' own.
            return
        way = self._way
        if way is not None and way.is_open and way.connection is client.get_thread_connection():
            return
        self._ways += 1
        tag = f"kubeyard-cells-{self._ways}"
        context.addJobTag(tag)
        thread = context._jvm.java.lang.Thread.currentThread()
        self._way = Way(client.get_thread_connection(), thread, tag)

    @property
    def way(self) -> Way | None:
        """The way that the cells use now."""
        return self._way


def end_left(way: Way, context: Any) -> None:
    """Cancel what was begun by this way, until nothing can come of it; raises what Py4J raises."""
    deadline = time.monotonic() + CLOSED_WITHIN_SECONDS
    while way.is_open:
        if time.monotonic() > deadline:
            return
        time.sleep(LOOK_EVERY_SECONDS)
    ended_at = 0.0
    while not ended_at or time.monotonic() - ended_at < GOES_ON_SECONDS:
        if not ended_at and not way.thread.isAlive():
            ended_at = time.monotonic()
        context.cancelJobsWithTag(way.tag)
        time.sleep(LOOK_EVERY_SECONDS)
