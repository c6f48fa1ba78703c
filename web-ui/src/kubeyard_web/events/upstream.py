"""The one subscription of this process to the API's events."""

import threading
import time

import structlog
from kubeyard_client.client import KubeyardClient
from kubeyard_client.errors import ApiError

from kubeyard_web.events.fanout import UPSTREAM_DOWN, UPSTREAM_UP, Fanout

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 5.0
log = structlog.get_logger()


class Upstream:
    """A thread that reads the API's events and begins anew, after a growing pause, when they end."""

    def __init__(self, client: KubeyardClient, fanout: Fanout) -> None:
        self._client = client
        self._fanout = fanout
        self._started = False
        self._last_version: int | None = None
        self._lock = threading.Lock()

    def ensure_running(self) -> None:
        """Start with the first browser that listens: a thread does not survive the fork of a worker."""
        with self._lock:
            if not self._started:
                self._started = True
                threading.Thread(target=self._run, name="events-upstream", daemon=True).start()

    def _run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                # It ends by itself when its token does; then it is opened again and has missed nothing.
                self._read()
                pause = FIRST_PAUSE_SECONDS
            except ApiError as error:
                log.warning("events-interrupted", reason=str(error))
                self._fanout.upstream(UPSTREAM_DOWN)
            except Exception:  # whatever it is, live updates must come back by themselves
                log.exception("events-failed")
                self._fanout.upstream(UPSTREAM_DOWN)
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _read(self) -> None:
        for change in self._client.stream_events(self._last_version):
            self._fanout.upstream(UPSTREAM_UP)
            if change is not None:
                self._last_version = change.version
                self._fanout.publish(change)
