"""Kernels that are no more: kept until the notebook was told, so that a new one surprises nobody."""

import time
from dataclasses import dataclass, field
from textwrap import fill
from typing import Any

_KEPT_SECONDS = 3600.0
_TOLD_SECONDS = 120.0
# JupyterLab's dialog shows the text as it is, without breaking lines.
_LINE = 88
WHAT_NEXT = "Its variables are lost. Restart the kernel to get a new, empty one."


@dataclass
class LostKernel:
    """What is said of a kernel that was lost."""

    model: dict[str, Any]
    reason: str
    lost_at: float = field(default_factory=time.monotonic)
    told_at: float | None = None

    def as_model(self) -> dict[str, Any]:
        """The kernel as Jupyter describes a dead one; JupyterLab shows `reason` in a dialog."""
        return self.model | {
            "execution_state": "dead",
            "connections": 0,
            "reason": f"{fill(self.reason, _LINE)}\n\n{WHAT_NEXT}",
        }


class LostKernels:
    """The lost kernels of one Lab."""

    def __init__(self) -> None:
        self._lost: dict[str, LostKernel] = {}

    def add(self, kernel_id: str, model: dict[str, Any], reason: str) -> None:
        """Note the loss; the first reason known stays."""
        self._forget_old()
        self._lost.setdefault(kernel_id, LostKernel(model, reason))

    def get(self, kernel_id: str) -> LostKernel | None:
        """The lost kernel of this id."""
        return self._lost.get(kernel_id)

    def tell(self, kernel_id: str) -> dict[str, Any]:
        """The dead kernel's model, for a client that asks: from now on its user knows."""
        lost = self._lost[kernel_id]
        lost.told_at = lost.told_at or time.monotonic()
        return lost.as_model()

    def untold(self) -> list[dict[str, Any]]:
        """Models of those of which no client has heard yet."""
        return [lost.as_model() for lost in self._lost.values() if lost.told_at is None]

    def _forget_old(self) -> None:
        now = time.monotonic()
        for kernel_id, lost in list(self._lost.items()):
            told_long_ago = lost.told_at is not None and now - lost.told_at > _TOLD_SECONDS
            if told_long_ago or now - lost.lost_at > _KEPT_SECONDS:
                del self._lost[kernel_id]
