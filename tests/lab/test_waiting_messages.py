"""Messages that wait for the gateway."""

import pytest
from kubeyard_lab.waiting_messages import TooManyWaitingError, WaitingMessages


def test_messages_leave_in_the_order_they_came() -> None:
    waiting = WaitingMessages(10, 100)
    for message in ("one", b"two", "three"):
        waiting.put(message)
    seen = []
    while len(waiting):
        seen.append(waiting.first())
        waiting.drop_first()
    assert seen == ["one", b"two", "three"]


def test_message_stays_until_it_was_sent() -> None:
    waiting = WaitingMessages(10, 100)
    waiting.put("one")
    waiting.first()
    assert waiting.first() == "one"


def test_too_many_are_refused_and_none_is_dropped() -> None:
    waiting = WaitingMessages(2, 100)
    waiting.put("one")
    waiting.put("two")
    with pytest.raises(TooManyWaitingError):
        waiting.put("three")
    assert (len(waiting), waiting.first()) == (2, "one")


def test_too_large_is_refused_until_there_is_room() -> None:
    waiting = WaitingMessages(10, 8)
    waiting.put(b"12345678")
    with pytest.raises(TooManyWaitingError):
        waiting.put(b"9")
    waiting.drop_first()
    waiting.put(b"9")
    assert waiting.first() == b"9"
