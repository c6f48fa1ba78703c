"""What a kernel is doing, by the status messages that it publishes."""

import json
from typing import Any


class ExecutionState:
    """Follows one kernel's status.

    A kernel answers questions on its control channel while a cell runs, and says after each that it is
    idle: only the end of the cell itself ends its being busy.
    """

    def __init__(self) -> None:
        """Nothing is known to run."""
        self.cell_runs = False
        # The header of the cell that was run last.
        self.last_cell: dict[str, Any] = {}

    def after(self, parent: bytes, content: bytes) -> str | None:
        """Return the state that a status message tells; None where it says nothing of the kernel's work."""
        state = str(json.loads(content)["execution_state"])
        asked: dict[str, Any] = json.loads(parent)
        if asked.get("msg_type") == "execute_request":
            self.cell_runs = state == "busy"
            self.last_cell = asked
        elif self.cell_runs:
            return None
        return state
