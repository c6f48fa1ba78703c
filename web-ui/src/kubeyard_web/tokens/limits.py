"""How often one and the same caller may ask."""

import threading
from collections import OrderedDict
from math import ceil

from kubeyard_web.clock import Clock

REMEMBERED_SUBJECTS = 10_000


class TooOften(Exception):  # noqa: N818 - it names what is wrong
    """The caller has to wait before it may ask again."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"ask again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class RateLimit:
    """So many calls at once, then so many a minute."""

    def __init__(self, clock: Clock, *, burst: int, per_minute: int) -> None:
        self._clock = clock
        self._burst = burst
        self._per_second = per_minute / 60
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, subject: str) -> None:
        """Raise TooOften if nothing is left for the subject."""
        with self._lock:
            if (left := self._refilled(subject)) < 1:
                raise TooOften(ceil((1 - left) / self._per_second))

    def take(self, subject: str) -> None:
        """Count one call."""
        with self._lock:
            self._left[subject] = (self._clock.now().timestamp(), self._refilled(subject) - 1)
            self._left.move_to_end(subject)
            while len(self._left) > REMEMBERED_SUBJECTS:
                self._left.popitem(last=False)

    def _refilled(self, subject: str) -> float:
        now = self._clock.now().timestamp()
        at, left = self._left.get(subject, (now, float(self._burst)))
        return min(float(self._burst), left + (now - at) * self._per_second)
