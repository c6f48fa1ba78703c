"""The way out of what the kernel publishes: numbered, and as fast as its readers take it, within limits.

A publishing socket drops what a slow reader has no room for, without a word. Here output waits for its
readers instead, which holds up the cell that prints it, but never for long: a notebook on a machine that
sleeps must not stop a computation. What had to be dropped, or fell into a broken connection, is found by
its number, which each reader can compare with the last one.
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import zmq

DELIMITER = b"<IDS|MSG>"
MARK_TOPIC = b"kubeyard.mark"
# An identity before the delimiter, which no client of Jupyter's protocol ever looks at.
NUMBER = b"kubeyard.number:"
# libzmq's own thousand would be 256 MB of a container's memory with pieces as large as the streams', and a
# value is up to 64 MB. What the two sockets hold besides keeps many small ones on their way.
MOST_WAITING = 4
HELD_UP_SECONDS = 90
# After the last message: should it have been dropped, the next one might come tomorrow.
TAILS_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)


def limit(app: Any) -> None:
    """Have `app`, ipykernel's, keep no more than MOST_WAITING for a reader; call it before ports are bound.

    Later is too late: libzmq tells a change to the pipes of readers who may be leaving, and crashes.
    """
    bind = app._bind_socket

    def bind_limited(socket: Any, port: int) -> Any:
        if socket.type in (zmq.PUB, zmq.XPUB):
            socket.sndhwm = MOST_WAITING
        return bind(socket, port)

    app._bind_socket = bind_limited


class Patience:
    """How long output may still wait for readers that do not keep up; in seconds."""

    def __init__(self, most: float = 60.0, regained_per_second: float = 0.1) -> None:
        """Of `most` seconds, what was spent comes back slowly: so much slower a cell may become."""
        self._most = most
        self._regained_per_second = regained_per_second
        self._left = most
        self._looked_at = time.monotonic()

    @property
    def left(self) -> float:
        """What is left now."""
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._looked_at) * self._regained_per_second)
        self._looked_at = now
        return self._left

    @contextlib.contextmanager
    def spending(self) -> Any:
        """Count the time that the block takes."""
        begin = time.monotonic()
        yield
        self._left = max(0.0, self.left - (time.monotonic() - begin))


class Gate:
    """Holds up whoever publishes faster than the owning thread sends: what waits there has no bound."""

    def __init__(self, thread: Any) -> None:
        """Stand before `thread`, ipykernel's, from now on."""
        self._thread = thread
        self._hand_in = thread.send_multipart
        thread.send_multipart = self.send

    def send(self, *arguments: Any, **options: Any) -> None:
        """Hand a message to the thread, and wait while many wait there."""
        self._hand_in(*arguments, **options)
        owner = self._thread.thread
        if len(self._thread._events) > MOST_WAITING and threading.current_thread() is not owner:
            passed = threading.Event()
            self._thread.schedule(passed.set)
            passed.wait(HELD_UP_SECONDS)


class Publisher:
    """Sends on the publishing socket, in the thread that owns it."""

    def __init__(self, thread: Any, next_number: Callable[[], int]) -> None:
        """`thread` is ipykernel's; `next_number` is the number of the message that comes next."""
        self._thread = thread
        self._really_send = thread._really_send
        self._next_number = next_number
        self._patience = Patience()
        self._tail: object | None = None

    def send(self, number: int, frames: Any, *arguments: Any, **options: Any) -> None:
        """Send one message with its number; after the end of the thread there is nobody to send it."""
        if self._thread.closed:
            return
        parts = list(frames)
        parts.insert(parts.index(DELIMITER), NUMBER + b"%d" % number)
        self._send(parts, *arguments, **options)
        if self._tail is None and self._thread.thread.is_alive():
            self._tail_after(0, number)

    def mark(self, token: str) -> None:
        """Publish the number of the message that comes next, to whoever reads by then."""
        header = {"msg_id": token, "msg_type": "kubeyard_mark"}
        parts = [json.dumps(header), "{}", "{}", json.dumps({"number": self._next_number()})]
        self._send([MARK_TOPIC, DELIMITER, b"", *(part.encode() for part in parts)])

    def _send(self, parts: list[Any], *arguments: Any, **options: Any) -> None:
        socket = self._thread.socket
        socket.setsockopt(zmq.XPUB_NODROP, 1)
        socket.sndtimeo = int(1000 * self._patience.left)
        try:
            with self._patience.spending():
                self._really_send(parts, *arguments, **options)
        except zmq.Again:
            # Those that have room get it; the others will see by its number that they miss it.
            socket.setsockopt(zmq.XPUB_NODROP, 0)
            self._really_send(parts, *arguments, **options)

    def _tail_after(self, step: int, number: int) -> None:
        if step < len(TAILS_SECONDS):
            pause = TAILS_SECONDS[step] - (TAILS_SECONDS[step - 1] if step else 0)
            self._tail = self._thread.io_loop.call_later(pause, self._say_tail, step, number)
        else:
            self._tail = None

    def _say_tail(self, step: int, number: int) -> None:
        last = self._next_number() - 1
        if last != number:
            # Its own message comes after it has been quiet.
            self._tail_after(0, last)
            return
        self.mark("")
        self._tail_after(step + 1, number)
