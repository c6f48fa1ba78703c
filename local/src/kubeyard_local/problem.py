"""What stops a command: the thing, what is wrong with it, and the next step, in words for its reader."""

from collections.abc import Sequence


class Problem(Exception):  # noqa: N818 - a reader is told of a problem, not of an error
    """One or more reasons why a command cannot go on; printed without a traceback."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("\n".join(reasons))
        self.reasons: Sequence[str] = reasons
