"""Whether a build that is followed will ever begin: the tour does not wait for a worker that is gone."""

import json
import time
from datetime import datetime

from kubeyard_local.tour.itinerary import UnexpectedError


class WorkerWatch:
    """Listens to what a build's stream tells of the worker."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience_seconds = patience_seconds
        self._down_since: float | None = None
        self._silent_since: str | None = None

    def hear(self, step: str) -> None:
        """Take in the data of a `step` event."""
        worker = json.loads(step)["worker"]
        if worker["healthy"]:
            self._down_since = None
            return
        self._silent_since = worker["silent_since"]
        if self._down_since is None:
            self._down_since = time.monotonic()

    def check(self) -> None:
        """Raise UnexpectedError when the worker was down for longer than is borne."""
        if self._down_since is None:
            return
        if time.monotonic() - self._down_since >= self._patience_seconds:
            raise UnexpectedError(
                f"the build worker has not answered {self._since()}, and the build waits for it. "
                "Start it: bash deployment_local.sh restart worker"
            )

    def _since(self) -> str:
        if self._silent_since is None:
            return "so far"
        return f"since {datetime.fromisoformat(self._silent_since).astimezone():%H:%M:%S}"
