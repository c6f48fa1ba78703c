"""What a gateway tells of its kernels, for tests of states that no gateway without YARN brings."""

from datetime import datetime
from typing import Any

from harness.scripted_server import Answer, Asked, ScriptedServer, as_json

STAGES = (("requested", 0.0), ("submitted", 0.1), ("container", 0.7), ("ready", 1.2), ("spark", 6.3))


def told_kernel(
    kernel_id: str, name: str, at: datetime, *, state: str = "idle", **ours: Any
) -> dict[str, Any]:
    """One kernel of the gateway's list, active last `at`; `ours` is told beside Jupyter's own members."""
    return {
        "id": kernel_id,
        "name": name,
        "execution_state": state,
        "connections": 1,
        "last_activity": at.isoformat(),
        "kubeyard": ours,
    }


def told_start(at: datetime, *, warm: bool = False, cold_reason: str = "") -> dict[str, Any]:
    """How its start went."""
    stages = [{"name": name, "at": at.isoformat(), "seconds": seconds} for name, seconds in STAGES]
    return {"warm": warm, "cold_reason": cold_reason, "timeline": stages}


def told_ending(kernel_id: str, owner: str, name: str, at: datetime, **more: Any) -> dict[str, Any]:
    """One entry of the gateway's list of endings."""
    reason = {"cause": "memory", "what": "It used 1.2 GB of memory.", "next_step": "Raise the driver memory."}
    told = {"id": kernel_id, "owner": owner, "kernelspec": name, "application_id": ""}
    return told | {"ended_at": at.isoformat(), "reason": reason, "traceback": ""} | more


class ToldGateway(ScriptedServer):
    """Answers the two questions of the Kernels page, as it is told."""

    def __init__(self) -> None:
        """Nothing lives and nothing has ended."""
        super().__init__(self._answer)
        self.kernels: list[dict[str, Any]] = []
        self.endings: list[dict[str, Any]] = []

    def reset(self) -> None:
        """Begin anew."""
        self.kernels, self.endings = [], []

    def _answer(self, asked: Asked) -> Answer:
        known = {"/api/kernels": self.kernels, "/api/endings": self.endings}
        return as_json(known[asked.path]) if asked.path in known else Answer(status=404)
