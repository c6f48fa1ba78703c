"""How often the gateway asks YARN on its own account: at once for a short wait, seldom in the long run."""

import asyncio
import time

REQUESTS_PER_SECOND = 0.9
# What a start or a stop asks for while somebody waits a few seconds for it.
AT_ONCE = 6


class Pace:
    """One for all duties that ask again and again; what a person's own request asks goes past it.

    Each request takes its place in one line, so that no duty keeps another from its turn.
    """

    def __init__(self, per_second: float = REQUESTS_PER_SECOND, at_once: int = AT_ONCE) -> None:
        """`at_once` requests may follow one another without a pause, after as long a silence as they cost."""
        self._per_second = per_second
        self._at_once = at_once
        self._left = float(at_once)
        self._counted_at = time.monotonic()

    async def turn(self, requests: int = 1) -> None:
        """Wait until it is the turn of so many requests, which follow one another."""
        self.spent(requests)
        if self._left < 0:
            await asyncio.sleep(-self._left / self._per_second)

    def spent(self, requests: int) -> None:
        """Count requests that could not wait: those behind them do."""
        now = time.monotonic()
        earned = (now - self._counted_at) * self._per_second
        self._left = min(float(self._at_once), self._left + earned) - requests
        self._counted_at = now
