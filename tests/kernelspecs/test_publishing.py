"""Output on its way out of the kernel: held up by slow readers for a while, and numbered."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import zmq
from harness.waiting import wait_until
from ipykernel.iostream import IOPubThread
from kubeyard_kernelspecs.launcher.publishing import (
    DELIMITER,
    MARK_TOPIC,
    MOST_WAITING,
    NUMBER,
    Publisher,
    limit,
)

LARGE = b"x" * (256 << 10)
# Together more than two sockets hold between them.
MANY = 60


class Kernel:
    """A publishing socket with ipykernel's own thread, and one reader that takes what it likes."""

    def __init__(self) -> None:
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.PUB)
        self.socket.linger = 0
        # As `limit` has it, before the port is bound.
        self.socket.sndhwm = MOST_WAITING
        port = self.socket.bind_to_random_port("tcp://127.0.0.1")
        # Untyped.
        thread_class: Any = IOPubThread
        self.thread = thread_class(self.socket)
        self.thread.start()
        self.sent = 0
        self.publisher = Publisher(self.thread, lambda: self.sent + 1)
        self.reader = self.context.socket(zmq.SUB)
        self.reader.rcvhwm, self.reader.linger = 10, 0
        self.reader.subscribe(b"")
        self.reader.connect(f"tcp://127.0.0.1:{port}")

    def publish(self, content: bytes = b"{}") -> threading.Event:
        """Send one message, and return what is set once it has left."""
        self.sent += 1
        frames = [b"stream.stdout", DELIMITER, b"", b"{}", b"{}", b"{}", content]
        number, left = self.sent, threading.Event()
        self.thread.schedule(lambda: self.publisher.send(number, frames))
        self.thread.schedule(left.set)
        return left

    def receive(self, seconds: int = 5) -> list[bytes]:
        assert self.reader.poll(1000 * seconds), "nothing comes"
        return [bytes(part) for part in self.reader.recv_multipart()]

    def numbers(self, count: int) -> list[int]:
        """The numbers of the next messages that are no marks."""
        found: list[int] = []
        while len(found) < count:
            frames = self.receive()
            if frames[0] != MARK_TOPIC:
                found.append(int(frames[1].removeprefix(NUMBER)))
        return found

    def until_joined(self) -> None:
        """Publish until the reader's subscription has arrived."""

        def joined() -> int:
            self.publish().wait(5)
            return self.reader.poll(10)

        wait_until(joined, "the reader is there", every_seconds=0.01)
        while self.reader.poll(100):
            self.reader.recv_multipart()

    def close(self) -> None:
        self._end_collecting()
        self.thread.stop()
        self.thread.close()
        self.reader.close()
        self.context.term()

    def _end_collecting(self) -> None:
        """Ipykernel cancels this task of its thread too late for the loop to see, and asyncio complains."""
        ended = threading.Event()

        def end() -> None:
            task = self.thread._event_pipe_gc_task
            task.add_done_callback(lambda _: ended.set())
            task.cancel()

        self.thread.schedule(end)
        assert ended.wait(5)


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    made = Kernel()
    made.until_joined()
    yield made
    made.close()


def test_messages_carry_their_numbers_before_the_delimiter(kernel: Kernel) -> None:
    first = kernel.sent + 1
    for _ in range(3):
        kernel.publish()
    assert kernel.numbers(3) == [first, first + 1, first + 2]


def test_much_waits_for_a_reader_that_is_slow_and_none_is_dropped(kernel: Kernel) -> None:
    first, count = kernel.sent + 1, MANY
    ends = [kernel.publish(LARGE) for _ in range(count)]
    # The reader has taken nothing, so the last ones are still here.
    assert not ends[-1].is_set()
    assert kernel.numbers(count) == list(range(first, first + count))
    assert ends[-1].wait(5)


@pytest.mark.slow
def test_a_reader_that_takes_nothing_holds_up_nothing_for_long(kernel: Kernel) -> None:
    kernel.publisher._patience._most = kernel.publisher._patience._left = 0.3
    first, count = kernel.sent + 1, MANY
    last = [kernel.publish(LARGE) for _ in range(count)][-1]
    assert last.wait(20)
    # What it had room for it gets, and by the mark's number it finds that there was more.
    taken: list[int] = []
    while (frames := kernel.receive())[0] != MARK_TOPIC:
        taken.append(int(frames[1].removeprefix(NUMBER)))
    assert taken == list(range(first, first + len(taken)))
    assert len(taken) < count
    assert json.loads(frames[-1]) == {"number": first + count}


@pytest.mark.slow
def test_when_it_is_quiet_the_number_of_the_next_message_is_told_again_and_again(kernel: Kernel) -> None:
    kernel.publish()
    assert kernel.numbers(1) == [kernel.sent]
    for _ in range(2):
        mark = kernel.receive()
        assert mark[0] == MARK_TOPIC
        assert json.loads(mark[-1]) == {"number": kernel.sent + 1}


class App:
    """ipykernel's application, as far as it binds a port."""

    def __init__(self, context: Any) -> None:
        self.iopub, self.shell = context.socket(zmq.PUB), context.socket(zmq.ROUTER)
        self.bound: list[tuple[int, int]] = []

    def _bind_socket(self, socket: Any, port: int) -> int:
        self.bound.append((socket.type, socket.sndhwm))
        return port


def test_the_publishing_port_alone_is_limited_and_before_it_is_bound() -> None:
    with zmq.Context() as context:
        app = App(context)
        limit(app)
        with app.iopub, app.shell:
            app._bind_socket(app.iopub, 5)
            app._bind_socket(app.shell, 6)
        assert app.bound == [(zmq.PUB, MOST_WAITING), (zmq.ROUTER, 1000)]


COME_AND_GO = """
import sys, threading, zmq
from ipykernel.iostream import IOPubThread
from kubeyard_kernelspecs.launcher.publishing import DELIMITER, Publisher

context = zmq.Context()
socket = context.socket(zmq.PUB)
socket.linger = 0
port = socket.bind_to_random_port("tcp://127.0.0.1")
thread = IOPubThread(socket)
thread.start()
publisher, gone = Publisher(thread, lambda: 1), threading.Event()

def come_and_go():
    own = zmq.Context()
    for _ in range(1500):
        with own.socket(zmq.SUB) as reader:
            reader.linger = 0
            reader.subscribe(b"")
            reader.connect(f"tcp://127.0.0.1:{port}")
            reader.poll(20)
    gone.set()

threading.Thread(target=come_and_go).start()
while not gone.is_set():
    left = threading.Event()
    thread.schedule(lambda: publisher.send(1, [b"stream", DELIMITER, b"", b"{}", b"{}", b"{}", b"{}"]))
    thread.schedule(left.set)
    left.wait(5)
print("alive", flush=True)
thread.stop()
thread.close()
context.term()
"""


@pytest.mark.slow
def test_readers_that_come_and_go_while_it_publishes_do_not_end_the_kernel() -> None:
    done = subprocess.run(
        [sys.executable, "-c", COME_AND_GO], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr
