"""The steps of the tour: each one announced, timed, and named when it fails."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import requests
import websocket

EXPECTED_FAULTS = (requests.RequestException, websocket.WebSocketException, OSError, ValueError)
GUTTER = "      │ "


class UnexpectedError(Exception):
    """The platform did something else than the step says."""


class StepFailedError(Exception):
    """A step that did not come out, in words for whoever ran the tour."""

    def __init__(self, number: int, title: str, reason: str, look: str) -> None:
        super().__init__(f"Step {number} failed: {title}\n  why:   {reason}\n  where: {look}")


def expect(condition: object, reason: str) -> None:
    """Raise UnexpectedError with `reason` unless the condition holds."""
    if not condition:
        raise UnexpectedError(reason)


class Itinerary:
    """Counts, announces and times the steps."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._number = 0

    def part(self, title: str) -> None:
        """A headline above the steps that follow."""
        print(f"\n{title}", flush=True)

    @contextmanager
    def step(self, title: str, look: str) -> Iterator[None]:
        """One step; what goes wrong in it raises StepFailedError, with `look` as the place to look."""
        self._number += 1
        number, began = self._number, time.monotonic()
        print(f"  {number:2}  {title} ...", flush=True)
        try:
            yield
        except (UnexpectedError, *EXPECTED_FAULTS) as error:
            raise StepFailedError(number, title, reason_of(error), look) from error
        print(f"      done in {time.monotonic() - began:.1f} s", flush=True)

    def note(self, text: str) -> None:
        """What was seen in a step, line by line."""
        for line in text.rstrip("\n").splitlines():
            print(f"{GUTTER}{line}", flush=True)

    @property
    def elapsed(self) -> str:
        """The time since the tour began."""
        return str(timedelta(seconds=round(time.monotonic() - self._began)))


def reason_of(error: BaseException) -> str:
    """The error in one line."""
    text = " ".join(str(error).split())
    if isinstance(error, requests.ConnectionError):
        url = error.request.url if error.request is not None else "the platform"
        return f"{url} cannot be reached; start it: bash deployment_local.sh"
    return text or type(error).__name__
