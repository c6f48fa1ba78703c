"""The worker: claims builds from the database, runs each in a process of its own, and cleans up."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from kubeyard_client.messages.environments import BuildError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kubeyard_api.builder.failure import FailureCode
from kubeyard_api.builder.publish import ArchiveStore
from kubeyard_api.builder.running_build import RunningBuild
from kubeyard_api.builder.sweep import collect_archives, sweep_folders, sweep_hdfs
from kubeyard_api.logs import logger
from kubeyard_api.settings import Settings
from kubeyard_api.storage.builds import (
    claim_next,
    expired_builds,
    give_back,
    has_queued,
    running_builds,
)
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.environments_tables import BuildRow
from kubeyard_api.storage.worker_signs import give_sign

log = logger(__name__)
TURN_SECONDS = 0.2
SWEEP_SECONDS = 30.0
# So many signs may be lost before the worker counts as gone.
SIGNS_IN_A_SILENCE = 5
LOST = BuildError(
    code=FailureCode.WORKER_LOST,
    detail="The worker died three times during this build. Build again; if it happens again, "
    "an administrator finds the reason in the worker's log.",
)


class Worker:
    """One worker process."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._name = f"{socket.gethostname()}:{os.getpid()}:{_started_at(os.getpid())}"
        self._stopping = threading.Event()
        self._running: list[RunningBuild] = []
        self._store = ArchiveStore.of(settings, lambda text: log.info(text))
        self._housekeeping: threading.Thread | None = None
        self._next_sign = self._next_sweep = 0.0

    def run(self) -> None:
        """Work until told to stop, then give back what is under way."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        log.info("worker started", worker=self._name)
        while not self._stopping.is_set():
            try:
                self._turn()
                # After the turn: a worker that cannot look at its builds is as good as gone.
                self._show_life()
                self._start_housekeeping()
            except SQLAlchemyError:
                # The database may be away for a while; builds go on as long as their leases last.
                log.warning("database unreachable", exc_info=True)
                self._stopping.wait(1)
            self._stopping.wait(TURN_SECONDS)
        for build in self._running:
            build.give_back("the worker stops; this build begins again when it is back")
        sweep_folders(self._settings.api_builds_dir, self._database)
        log.info("worker stopped", worker=self._name)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()

    def _turn(self) -> None:
        self._running = [build for build in self._running if not build.has_ended()]
        if len(self._running) >= self._settings.api_builds_at_once:
            return
        with self._database.reading() as session:
            waiting = has_queued(session)
        if not waiting:
            return
        with self._database.writing() as session:
            claim = claim_next(session, self._name, self._settings.api_build_lease_seconds)
        if claim:
            self._running.append(RunningBuild(self._settings, self._database, claim))

    def _show_life(self) -> None:
        """Renew the sign that the pages go by; it runs out by itself, however this process ends."""
        if time.monotonic() < self._next_sign:
            return
        good_for = self._settings.api_worker_silence_seconds
        self._next_sign = time.monotonic() + good_for / SIGNS_IN_A_SILENCE
        give_sign(self._database, self._name, good_for)

    def _start_housekeeping(self) -> None:
        """The cluster may be slow to answer, and leases must be renewed meanwhile."""
        if time.monotonic() < self._next_sweep:
            return
        self._next_sweep = time.monotonic() + SWEEP_SECONDS
        self._requeue_lost()
        if self._housekeeping is None or not self._housekeeping.is_alive():
            self._housekeeping = threading.Thread(target=self._keep_house, name="housekeeping", daemon=True)
            self._housekeeping.start()

    def _keep_house(self) -> None:
        grace = self._settings.api_archive_grace_seconds
        chores: tuple[Callable[[], None], ...] = (
            lambda: sweep_folders(self._settings.api_builds_dir, self._database),
            lambda: sweep_hdfs(self._store, self._database),
            lambda: collect_archives(self._store, self._database, grace),
        )
        for chore in chores:
            try:
                chore()
            except SQLAlchemyError:
                log.warning("database unreachable", exc_info=True)

    def _requeue_lost(self) -> None:
        with self._database.writing() as session:
            lost = {row.id: row for row in (*expired_builds(session), *self._orphans(session))}
            for row in lost.values():
                log.warning("build lost its worker", build_id=row.id, worker=row.worker)
                give_back(session, row, LOST)

    def _orphans(self, session: Session) -> list[BuildRow]:
        """Builds of workers that died on this machine: nobody need wait for their leases to run out."""
        host = f"{socket.gethostname()}:"
        return [
            row
            for row in running_builds(session)
            if row.worker and row.worker.startswith(host) and not _is_alive(row.worker)
        ]


def _is_alive(worker: str) -> bool:
    _, pid, started_at = worker.rsplit(":", 2)
    return _started_at(int(pid)) == started_at


def _started_at(pid: int) -> str:
    """When a process started, as the kernel counts; empty when there is none. Numbers of processes recur."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
