"""Waiting for a condition, with a limit and a message, instead of sleeping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(
    condition: Callable[[], T], what: str, timeout_seconds: float = 30, every_seconds: float = 0.1
) -> T:
    """Return the first truthy value of `condition`, asked again each `every_seconds`.

    Raises AssertionError with `what` and the last value seen once `timeout_seconds` have passed.
    """
    deadline = time.monotonic() + timeout_seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_seconds} s in vain until {what}; last seen: {value!r}")
        time.sleep(every_seconds)
    return value
