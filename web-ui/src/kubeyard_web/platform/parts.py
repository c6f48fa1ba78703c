"""One part of the platform as the page shows it."""

from dataclasses import dataclass
from datetime import datetime

from kubeyard_web.presentation.states import State

WORKS, FAILS, UNKNOWN = State("Works", "good"), State("Fails", "bad"), State("Not known", "done")


@dataclass(frozen=True)
class Part:
    """A service, a database, a daemon: whether it works, why not, and its version."""

    name: str
    what: str
    state: State = WORKS
    reason: str = ""
    version: str = ""
    since: datetime | None = None


def failing(name: str, what: str, reason: str) -> Part:
    """A part that does not work."""
    return Part(name, what, FAILS, reason)
