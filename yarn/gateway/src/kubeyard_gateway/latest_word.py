"""The newest token of each person: an older one cannot give back the roles that this one no longer names."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from kubeyard_identity import Caller

log = structlog.get_logger("kubeyard_gateway")


@dataclass(frozen=True)
class Word:
    """What was said of a person's roles last, and when."""

    issued_at: datetime
    roles: frozenset[str]


class LatestWord:
    """Somebody who lost a role may keep the tokens from before; the first one made since ends their roles.

    Each page of the web UI and each JupyterLab brings new ones. One word for each person who came.
    """

    def __init__(self, on_loss: Callable[[Caller], None]) -> None:
        """`on_loss` is called with a caller whose roles are fewer than those of an older token."""
        self._words: dict[str, Word] = {}
        self._on_loss = on_loss

    def of(self, caller: Caller) -> Caller:
        """Return the caller with the roles that are still his."""
        known = self._words.get(caller.name, Word(caller.issued_at, caller.roles))
        # Of two tokens made in the same second nobody knows which is the newer.
        roles = caller.roles if caller.issued_at > known.issued_at else caller.roles & known.roles
        if caller.issued_at >= known.issued_at:
            self._words[caller.name] = Word(caller.issued_at, roles)
        held = replace(caller, roles=roles)
        if caller.issued_at >= known.issued_at and known.roles - roles:
            log.info("roles_lost", user=caller.name, roles=sorted(known.roles - roles))
            self._on_loss(held)
        return held
