"""How long whoever waits for a build bears a build worker that does not answer."""

import time

from kubeyard_client.messages.environments import BuildWorker


class Patience:
    """Ends when the worker was seen down for so long without a break."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._down_since: float | None = None

    def is_over(self, worker: BuildWorker) -> bool:
        """Take in how the worker is now; True when it was borne for long enough."""
        now = time.monotonic()
        if worker.healthy:
            self._down_since = None
            return False
        if self._down_since is None:
            self._down_since = now
        return now - self._down_since >= self._seconds
