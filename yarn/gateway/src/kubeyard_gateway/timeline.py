"""How a kernel's start went: each stage with its seconds since the request, and whether it was warm."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# In the order of a cold start; a warm one has what is left of it.
STAGES = ("requested", "submitted", "claimed", "container", "python", "ready", "spark")


@dataclass
class Timeline:
    """One start or restart of a kernel; moments are seconds since the epoch."""

    warm: bool = False
    # Why no spare was taken; empty for a warm start.
    cold_reason: str = ""
    moments: dict[str, float] = field(default_factory=lambda: {"requested": time.time()})

    def mark(self, stage: str, moment: float | None = None) -> None:
        """Note that `stage` is reached, now or at `moment`; the first word counts."""
        self.moments.setdefault(stage, time.time() if moment is None else moment)

    def went_cold(self, reason: str) -> None:
        """Say why the start is a cold one after all."""
        self.warm, self.cold_reason = False, reason

    @property
    def is_complete(self) -> bool:
        """Whether Spark has come, so that there is nothing left to wait for."""
        return "spark" in self.moments

    def to_json(self) -> dict[str, Any]:
        """Return it as the kernel's model tells it."""
        return {"timeline": self._stages(), "warm": self.warm, "cold_reason": self.cold_reason}

    def _stages(self) -> list[dict[str, Any]]:
        begin = self.moments["requested"]
        return [
            {
                "name": stage,
                "at": datetime.fromtimestamp(self.moments[stage], UTC).isoformat(),
                # A node's clock may be behind ours: nothing comes before the request.
                "seconds": round(max(0.0, self.moments[stage] - begin), 3),
            }
            for stage in STAGES
            if stage in self.moments
        ]

    def record(self) -> dict[str, Any]:
        """Return it as it is kept for the next gateway."""
        return {"warm": self.warm, "cold_reason": self.cold_reason, "moments": self.moments}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Timeline":
        """Read what `record` wrote."""
        return cls(bool(record["warm"]), str(record["cold_reason"]), dict(record["moments"]))
