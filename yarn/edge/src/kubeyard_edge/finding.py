"""What one check found, as one line for whoever operates the node."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Whether the platform can run with it."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "PROBLEM"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `mend` is the next step, where one is needed."""

    verdict: Verdict
    what: str
    text: str
    mend: str = ""

    def line(self) -> str:
        """Return it as one line."""
        words = f"{self.text} → {self.mend}" if self.mend else self.text
        return f"  {self.verdict.value:<8} {self.what:<18} {' '.join(words.split())}"


def ok(what: str, text: str) -> Finding:
    """All is well."""
    return Finding(Verdict.OK, what, text)


def warning(what: str, text: str, mend: str) -> Finding:
    """The platform runs, but something will be missed."""
    return Finding(Verdict.WARNING, what, text, mend)


def problem(what: str, text: str, mend: str) -> Finding:
    """The platform cannot work like this."""
    return Finding(Verdict.PROBLEM, what, text, mend)
