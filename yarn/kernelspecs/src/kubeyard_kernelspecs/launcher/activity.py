"""What the kernel is doing, and how long it has been idle: the kernel itself knows best."""

import time
from collections.abc import Callable
from typing import Any


class Activity:
    """Follows the cells from inside: a new gateway has seen none of them."""

    def __init__(self, shell: Any, running_jobs: Callable[[], int]) -> None:
        """`running_jobs` counts Spark jobs, which may be a stream's or a thread's of an ended cell."""
        self._running_jobs = running_jobs
        self._depth = 0
        self._idle_since = time.monotonic()
        # Widgets' messages trigger these two as well.
        shell.events.register("pre_execute", self._begin)
        shell.events.register("post_execute", self._end)

    def answer(self, _: dict[str, object]) -> dict[str, object]:
        """Return whether something runs, and the seconds since the last cell ended."""
        busy = self._depth > 0 or self._running_jobs() > 0
        return {"busy": busy, "idle_seconds": 0.0 if busy else time.monotonic() - self._idle_since}

    def _begin(self) -> None:
        self._depth += 1

    def _end(self) -> None:
        # A cell may run others; one that failed before it began ends all the same.
        self._depth = max(0, self._depth - 1)
        self._idle_since = time.monotonic()
