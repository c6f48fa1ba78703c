"""The time, as one object that is handed in, so that a test can advance it instead of sleeping."""

from datetime import UTC, datetime


class Clock:
    """Says what time it is."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)
