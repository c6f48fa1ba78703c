"""One saying of Kubernetes, and how its meaning is found."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What happened, and what to do next where something has to be done."""

    what: str
    next_step: str = ""


@dataclass(frozen=True)
class Saying:
    """Reasons that mean the same, if the message fits; named groups of `pattern` may stand in the words."""

    reasons: frozenset[str]
    pattern: re.Pattern[str]
    what: str
    next_step: str = ""

    def meaning(self, reason: str, message: str) -> Words | None:
        """The words for this event; None if it says something else."""
        if self.reasons and reason not in self.reasons:
            return None
        found = self.pattern.search(message)
        if found is None:
            return None
        facts = {name: value or "" for name, value in found.groupdict().items()}
        return Words(self.what.format(**facts), self.next_step.format(**facts))


def saying(reasons: str, pattern: str, what: str, next_step: str = "") -> Saying:
    """A saying of reasons separated by spaces; none of them means any reason."""
    return Saying(frozenset(reasons.split()), re.compile(pattern, re.DOTALL), what, next_step)
