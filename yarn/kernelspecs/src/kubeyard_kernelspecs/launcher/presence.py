"""Whether the gateway is still there: each signed request says so, and a long silence that it is not."""

import sys
import threading
import time
from collections.abc import Callable

# A silence is noticed this much too late at most.
LOOKS_PER_SILENCE = 20


class Presence:
    """Calls `end` once nobody has been heard for `gone_after_seconds`."""

    def __init__(self, gone_after_seconds: float, end: Callable[[], None]) -> None:
        """The start counts as a word: the gateway asked for this kernel just now."""
        self._gone_after_seconds = gone_after_seconds
        self._end = end
        # Of the monotonic clock, which stands still while a machine sleeps.
        self._heard_at = time.monotonic()

    def heard(self) -> None:
        """The gateway has just spoken."""
        self._heard_at = time.monotonic()

    def start(self) -> None:
        """Begin to listen to the silence."""
        threading.Thread(target=self._watch, name="presence", daemon=True).start()

    def _watch(self) -> None:
        while (silence := time.monotonic() - self._heard_at) < self._gone_after_seconds:
            time.sleep(self._gone_after_seconds / LOOKS_PER_SILENCE)
        print(f"the gateway has been silent for {silence:.0f} s: ending", file=sys.__stdout__, flush=True)
        self._end()
