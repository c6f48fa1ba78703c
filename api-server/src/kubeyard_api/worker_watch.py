"""Tells the pages when the build worker falls silent: it cannot do so itself."""

import threading

from sqlalchemy.exc import SQLAlchemyError

from kubeyard_api.logs import logger
from kubeyard_api.parts import Parts
from kubeyard_api.storage.database import DatabaseClosed
from kubeyard_api.storage.worker_signs import read_worker, tell_if_missed

LOOK_SECONDS = 1.0
log = logger(__name__)


class WorkerWatch:
    """One thread of every process looks for the sign of life; the database lets one of them tell."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker-watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self._look()
            except DatabaseClosed:
                return
            except SQLAlchemyError:
                log.warning("database unusable, watch waits", exc_info=True)

    def _look(self) -> None:
        if tell_if_missed(self._parts.database):
            log.warning("build worker silent")
        with self._parts.database.reading() as session:
            self._parts.metrics.build_worker_healthy.set(read_worker(session).healthy)
