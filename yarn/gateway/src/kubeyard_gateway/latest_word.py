"""The newest token of each person: an older one cannot give back the roles that this one no longer names."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from kubeyard_identity import Caller

from kubeyard_gateway.kept_document import KeptDocument

log = structlog.get_logger("kubeyard_gateway")


@dataclass(frozen=True)
class Word:
    """What was said of a person's roles last, and when."""

    issued_at: datetime
    roles: frozenset[str]


class LatestWord:
    """Somebody who lost a role may keep the tokens from before; the first one made since ends their roles.

    Each page of the web UI and each JupyterLab brings new ones. One word for each person who came, in a file:
    a restart of the gateway gives no role back.
    """

    def __init__(self, file: Path, on_loss: Callable[[Caller], None]) -> None:
        """`on_loss` is called with a caller whose roles are fewer than those of an older token."""
        self._kept = KeptDocument(file)
        self._words = self._kept.read(_words) or {}
        self._on_loss = on_loss

    def of(self, caller: Caller) -> Caller:
        """Return the caller with the roles that are still his."""
        known = self._words.get(caller.name)
        if known is None:
            self._note(caller)
            return caller
        # Of two tokens made in the same second nobody knows which is the newer.
        is_newer = caller.issued_at > known.issued_at
        held = caller if is_newer else replace(caller, roles=caller.roles & known.roles)
        if caller.issued_at >= known.issued_at:
            self._note(held)
            if lost := known.roles - held.roles:
                log.info("roles_lost", user=caller.name, roles=sorted(lost))
                self._on_loss(held)
        return held

    def _note(self, caller: Caller) -> None:
        """Remember the newest word, on disk as well, and also where only its time is new.

        Otherwise a token made between two that say the same would count as the newest after a restart. It is
        one small file for each renewal of a token: every few minutes for each person.
        """
        word = Word(caller.issued_at, caller.roles)
        if self._words.get(caller.name) == word:
            return
        self._words[caller.name] = word
        self._kept.write(
            {name: [word.issued_at.timestamp(), *sorted(word.roles)] for name, word in self._words.items()}
        )


def _words(document: Any) -> dict[str, Word]:
    return {
        str(name): Word(datetime.fromtimestamp(issued_at, UTC), frozenset(map(str, roles)))
        for name, (issued_at, *roles) in document.items()
    }
