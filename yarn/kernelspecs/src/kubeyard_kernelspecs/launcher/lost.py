"""How much of each client's output is kept no more, for one that returns without having had any of it."""

import json
from collections import OrderedDict
from typing import Any

SESSIONS_REMEMBERED = 1000


class LostBySession:
    """Counts the messages that are kept no more by the client session whose requests they belong to."""

    def __init__(self) -> None:
        """Nothing was lost yet."""
        self._lost: OrderedDict[str, tuple[int, bytes]] = OrderedDict()

    def add(self, parent: bytes) -> None:
        """Count one more; `parent` is the header of the request that it belonged to, as JSON."""
        session = str(json.loads(parent).get("session", ""))
        count, _ = self._lost.pop(session, (0, b""))
        self._lost[session] = (count + 1, parent)
        if len(self._lost) > SESSIONS_REMEMBERED:
            self._lost.popitem(last=False)

    def of(self, session: str) -> tuple[int, dict[str, Any]]:
        """Return how many of a session's are kept no more, and the header of the last one's request."""
        count, parent = self._lost.get(session, (0, b"{}"))
        header: dict[str, Any] = json.loads(parent)
        return count, header
