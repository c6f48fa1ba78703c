"""Every part of the platform that the edge node knows: whether it works, and why not."""

from datetime import datetime

from kubeyard_client.messages.base import Message


class PlatformPart(Message):
    """One service or daemon, asked just now."""

    name: str
    working: bool
    # What is wrong, and the next step; empty while it works.
    reason: str = ""
    version: str = ""
    # Since when it does not work, where that is known.
    since: datetime | None = None


class Platform(Message):
    """All of them."""

    parts: tuple[PlatformPart, ...]
