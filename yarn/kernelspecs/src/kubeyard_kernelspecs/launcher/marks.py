"""When this kernel reached each stage of its start, for the gateway's timeline."""

import time

# Seconds since the epoch, by the stage's name.
MARKS: dict[str, float] = {}


def mark(name: str) -> None:
    """Note that the stage is reached, the first time it is."""
    MARKS.setdefault(name, time.time())
