"""Progress on the terminal: one line a step, with the seconds since the command began."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Prints steps as they end; safe to use from the threads that work side by side."""

    def __init__(self) -> None:
        started = os.environ.get("KUBEYARD_STARTED_AT", "")
        self._started = float(started.replace(",", ".")) if started else time.time()
        self._lock = threading.Lock()

    def elapsed(self) -> float:
        return time.time() - self._started

    def say(self, text: str) -> None:
        """One line with the time since the command began."""
        with self._lock:
            print(f"{self.elapsed():7.1f} s  {text}", flush=True)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """A step of some length: said when it begins and, with its own time, when it is done."""
        began = time.monotonic()
        self.say(f"{text} ...")
        yield
        self.say(f"{text}: done in {time.monotonic() - began:.1f} s")
