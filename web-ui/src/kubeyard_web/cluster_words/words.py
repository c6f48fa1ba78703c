"""One saying of Kubernetes, and how its meaning is found."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What happened, and what to do next where something has to be done."""

    what: str
    next_step: str = ""
    # How little of the cause it tells: several sayings of one trouble follow each other.
    vagueness: int = 0


@dataclass(frozen=True)
class Saying:
    """Reasons that mean the same, if the message fits; named groups of `pattern` may stand in the words."""

    reasons: frozenset[str]
    pattern: re.Pattern[str]
    what: str
    next_step: str = ""
    vagueness: int = 0

    def meaning(self, reason: str, message: str) -> Words | None:
        """The words for this event; None if it says something else."""
        if self.reasons and reason not in self.reasons:
            return None
        found = self.pattern.search(message)
        if found is None:
            return None
        facts = {name: value or "" for name, value in found.groupdict().items()}
        return Words(self.what.format(**facts), self.next_step.format(**facts), self.vagueness)


def saying(reasons: str, pattern: str, what: str, next_step: str = "", vagueness: int = 0) -> Saying:
    """A saying of reasons separated by spaces; none of them means any reason."""
    return Saying(frozenset(reasons.split()), re.compile(pattern, re.DOTALL), what, next_step, vagueness)
