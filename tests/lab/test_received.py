"""What a notebook has received, as the gateway is told of it."""

import json

from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from kubeyard_lab.received import Received, ReceivedByAll


def message(ident: str, kind: str = "stream", channel: str = "iopub", session: str = "the-kernels") -> bytes:
    header = {"msg_id": ident, "msg_type": kind, "session": session}
    parts = [json.dumps(part).encode() for part in (header, {}, {}, {"text": "x" * 100})]
    written: bytes = serialize_msg_to_ws_v1(parts, channel)  # type: ignore[no-untyped-call]
    return written


def begun() -> Received:
    received = Received("the-notebooks")
    received.has_begun = True
    return received


def test_a_notebook_that_is_new_to_its_kernel_says_nothing() -> None:
    assert Received("the-notebooks").query() == ""


def test_one_that_has_nothing_yet_says_so() -> None:
    assert begun().query() == "&after="


def test_the_newest_output_and_the_newest_answer_are_told() -> None:
    received = begun()
    for ident in ("k_1", "k_2"):
        received.note(message(ident))
    received.note(message("k_3", "execute_reply", "shell"))
    received.note(message("k_4", "complete_reply", "shell"))
    assert received.query() == "&after=k_2&after=k_3"


def test_what_the_gateway_says_in_the_notebooks_name_is_not_the_kernels() -> None:
    received = begun()
    received.note(message("k_1"))
    received.note(message("the-notebooks_1", "status", session="the-notebooks"))
    assert received.query() == "&after=k_1"


def test_the_welcome_of_a_new_connection_to_the_kernel_is_no_output() -> None:
    received = begun()
    received.note(message("k_1"))
    received.note(message("k_2", "iopub_welcome"))
    assert received.query() == "&after=k_1"


def test_what_was_not_confirmed_counts_as_lost_when_the_connection_breaks() -> None:
    received = begun()
    received.note(message("k_1"))
    received.confirm(received.written)
    received.note(message("k_2"))
    assert not received.is_confirmed
    received.break_off()
    assert received.query() == "&after=k_1"


def test_each_notebook_and_kernel_is_remembered_for_itself_and_not_without_end() -> None:
    everybody = ReceivedByAll()
    first = everybody.of("kernel", "one")
    assert everybody.of("kernel", "one") is first
    assert everybody.of("kernel", "two") is not first
    for number in range(2000):
        everybody.of("kernel", str(number))
    assert everybody.of("kernel", "one") is not first
