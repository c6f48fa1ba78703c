"""The kernel's control port: signed requests of the gateway, each once, and nothing from anybody else."""

import json
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from kubeyard_kernelspecs.launcher import listener as launcher
from kubeyard_kernelspecs.launcher.listener import Listener, sign

KEY = b"the kernel's own key"


@dataclass
class Port:
    """A kernel's listener, and what reached the kernel through it."""

    listener: Listener
    cancelled: threading.Event
    interrupted: threading.Event
    asked: list[int] = field(default_factory=list)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.listener.port), timeout=20)

    def say(self, content: bytes) -> bytes:
        """Send as the gateway does, and return the whole answer."""
        with self.connect() as connection:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(4096), b""))

    def ask(self, number: int, key: bytes = KEY, **request: Any) -> bytes:
        return self.say(signed({"ask": "number", **request, "number": number}, key))


def signed(request: dict[str, Any], key: bytes = KEY) -> bytes:
    body = json.dumps(request)
    return json.dumps({"body": body, "mac": sign(key, body)}).encode()


@pytest.fixture
def port() -> Iterator[Port]:
    """A listener in this process, which takes the kernel's place for signals too."""
    cancelled, interrupted = threading.Event(), threading.Event()
    found = Port(Listener("127.0.0.1", KEY, cancelled.set), cancelled, interrupted)

    def answer(request: dict[str, object]) -> object:
        found.asked.append(int(str(request["number"])))
        return found.asked[-1]

    found.listener.questions["number"] = answer
    found.listener.start()
    before = signal.signal(signal.SIGINT, lambda *_: interrupted.set())
    yield found
    signal.signal(signal.SIGINT, before)


def test_the_gateways_question_is_answered(port: Port) -> None:
    assert port.ask(1) == b"1"
    assert port.ask(2) == b"2"


def test_an_interrupt_reaches_the_cell_and_the_jobs(port: Port) -> None:
    assert port.say(signed({"signum": int(signal.SIGINT), "number": 1})) == b"ok"
    assert port.interrupted.wait(10)
    assert port.cancelled.wait(10)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"5",
        b'{"signum": 2}',
        json.dumps({"body": json.dumps({"signum": 2, "number": 9})}).encode(),
        json.dumps({"body": json.dumps({"signum": 2, "number": 9}), "mac": ""}).encode(),
        json.dumps({"body": json.dumps({"signum": 2, "number": 9}), "mac": "0" * 64}).encode(),
        json.dumps({"body": json.dumps({"signum": 2, "number": 9}), "mac": "ü"}).encode(),
        signed({"signum": 2, "number": 9}, b"another kernel's key"),
        signed({"signum": 2}),
        signed({"signum": 2, "number": "soon"}),
        signed({"ask": "nothing of the kind", "number": 9}),
        signed({"ask": "number", "number": 9}) + b" " * launcher.LONGEST_REQUEST,
    ],
)
def test_anything_else_is_neither_answered_nor_heeded(port: Port, content: bytes) -> None:
    assert port.say(content) == b""
    assert not port.interrupted.is_set()
    assert port.asked == []
    assert port.ask(10) == b"10", "and the port goes on"


def test_a_request_that_somebody_recorded_counts_once(port: Port) -> None:
    recorded = signed({"ask": "number", "number": 5})
    assert port.say(recorded) == b"5"
    assert port.say(recorded) == b""
    assert port.ask(4) == b"", "nor does an older one"
    assert port.ask(6) == b"6"


def test_one_request_sent_many_times_at_once_counts_once(port: Port) -> None:
    recorded = signed({"ask": "number", "number": 5})
    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(port.say, [recorded] * 96))
    assert sorted(answers) == [*[b""] * 95, b"5"]


@pytest.mark.parametrize("signum", [signal.SIGUSR1, signal.SIGSTOP, signal.SIGABRT])
def test_signals_that_no_gateway_needs_are_not_passed_on(port: Port, signum: signal.Signals) -> None:
    # This process would not live to see another line.
    port.say(signed({"signum": int(signum), "number": 1}))
    assert port.ask(2) == b"2"


def test_a_silent_peer_keeps_nobody_waiting(port: Port) -> None:
    with port.connect(), port.connect() as half:
        half.sendall(signed({"ask": "number", "number": 1})[:20])
        assert port.ask(2) == b"2"


def test_each_request_of_the_gateway_is_a_sign_of_life_and_no_other(port: Port) -> None:
    heard: list[bool] = []
    port.listener.on_request = lambda: heard.append(True)
    port.ask(1, key=b"another kernel's key")
    port.say(b"{}")
    assert heard == []
    port.ask(1)
    assert heard == [True]
