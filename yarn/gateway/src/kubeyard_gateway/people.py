"""Who is here: the people whose JupyterLab has given a sign of life lately."""

import time


class People:
    """A spare for somebody who has gone would only take memory away from others."""

    def __init__(self, gone_after_seconds: float) -> None:
        """Nobody is here before the first sign."""
        self._gone_after_seconds = gone_after_seconds
        self._seen_at: dict[str, float] = {}
        self._resting: set[str] = set()

    def seen(self, user: str) -> None:
        """A sign of life."""
        self._seen_at[user] = time.monotonic()

    def wake(self, user: str) -> None:
        """The person works: a spare will be of use."""
        self._resting.discard(user)

    def rest(self, user: str) -> None:
        """No more spares until the person starts something: the last one was of no use for long."""
        self._resting.add(user)

    def leave(self, user: str) -> None:
        """The person has gone."""
        self._seen_at.pop(user, None)
        self._resting.discard(user)

    def is_here(self, user: str) -> bool:
        """Whether the last sign is not too old."""
        seen_at = self._seen_at.get(user)
        return seen_at is not None and time.monotonic() - seen_at <= self._gone_after_seconds

    @property
    def working(self) -> list[str]:
        """Those who are here and do not rest; who has gone is forgotten."""
        for user in [user for user in self._seen_at if not self.is_here(user)]:
            self.leave(user)
        return sorted(self._seen_at.keys() - self._resting)
