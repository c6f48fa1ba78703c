"""The log of one build, that its owner watches while it runs."""

import re
import time
from collections.abc import Mapping
from pathlib import Path

CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
LONGEST_LINE = 4000


class BuildLog:
    """Appends lines to a file, each at once and whole, so that a reader never sees half of one.

    `hidden` maps folders of this machine to the words that stand for them: the log is shown to users,
    who have no use for our paths and no right to credentials in an index address.
    """

    def __init__(self, path: Path, hidden: Mapping[str, str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        self._hidden = sorted(hidden.items(), key=lambda pair: len(pair[0]), reverse=True)
        self._begin = time.monotonic()
        self.step = ""

    def line(self, text: str) -> None:
        """Write one event; several lines of text become several lines of the log."""
        elapsed = f"[{time.monotonic() - self._begin:7.2f} s]"
        heading = f"{elapsed} {self.step}: " if self.step else f"{elapsed} "
        lines = [heading + self.clean(part) for part in text.splitlines() if part.strip()]
        if lines:
            self._file.write(("\n".join(lines) + "\n").encode("utf-8", "replace"))

    def clean(self, text: str) -> str:
        """The text without terminal codes, credentials and paths of this machine."""
        text = CREDENTIALS.sub("***@", CONTROL.sub("", text.rstrip()))
        for folder, word in self._hidden:
            text = text.replace(folder, word)
        return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]} ... (cut)"

    def close(self) -> None:
        """Give the file back."""
        self._file.close()
