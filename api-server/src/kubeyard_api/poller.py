"""Mirrors YARN into the database: one thread of one process of all that share the database."""

import os
import socket
import threading
import time
import uuid
from datetime import datetime, timedelta

from kubeyard_yarn.applications import ACTIVE_STATES, FINAL_STATES, Application
from kubeyard_yarn.errors import NotFound, YarnError
from sqlalchemy.exc import SQLAlchemyError

from kubeyard_api.logs import logger
from kubeyard_api.parts import Parts
from kubeyard_api.services.cluster import ask_cluster, ask_nodes, ask_queues
from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.changes import forget_old_changes
from kubeyard_api.storage.leases import hold_lease, release_lease
from kubeyard_api.storage.mirror import active_ids, mark_lost, write_applications
from kubeyard_api.storage.samples import forget_old_samples, record_look
from kubeyard_api.storage.snapshots import APPLICATIONS, mark_unreachable, write_snapshot

DUTY = "mirror-yarn"
# Longer than one round of requests may take, so that two processes never mirror at once.
LEASE_SECONDS = 30.0
CLUSTER_SECONDS = 2.0
FORGET_SECONDS = 60.0
# YARN's clock is asked in its own terms; this much is asked again in case two ended in the same moment.
OVERLAP = timedelta(seconds=2)
log = logger(__name__)


class Poller:
    """Asks the ResourceManager again and again while this process holds the lease."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        # None until the duty was asked for.
        self.has_duty: bool | None = None
        self._holder = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="poller", daemon=True)
        self._ended_up_to: datetime | None = None
        self._next_cluster = 0.0
        self._next_forget = 0.0
        self._reachable: bool | None = None

    def start(self) -> None:
        """Begin to mirror."""
        self._thread.start()

    def stop(self) -> None:
        """End, and leave the duty to another process."""
        self._stop.set()
        self._thread.join(timeout=5)
        release_lease(self._parts.database, DUTY, self._holder)

    def _run(self) -> None:
        wait = 0.0
        while not self._stop.wait(wait):
            began = time.monotonic()
            try:
                self.has_duty = hold_lease(self._parts.database, DUTY, self._holder, LEASE_SECONDS)
                if self.has_duty:
                    self.poll()
            except SQLAlchemyError:
                log.warning("database unusable, mirror waits", exc_info=True)
            except Exception:
                # The one thread that feeds every page must outlive a bug in reading one odd answer.
                log.exception("mirror failed, going on")
            wait = max(0.05, self._parts.settings.api_poll_seconds - (time.monotonic() - began))

    def poll(self) -> None:
        """Mirror once; an unreachable cluster is written down as such."""
        with self._parts.metrics.poll_seconds.time():
            try:
                self._mirror_applications()
                self._mirror_cluster()
            except YarnError as error:
                self._say_reachable(False, str(error))
                with self._parts.database.writing() as session:
                    mark_unreachable(session, str(error))
            else:
                self._say_reachable(True, "")
        self._forget()

    def _mirror_applications(self) -> None:
        resource_manager = self._parts.resource_manager
        since = self._ended_up_to - OVERLAP if self._ended_up_to else None
        running = resource_manager.applications(ACTIVE_STATES)
        # Asked second: what ends between the two questions is in both, and the end counts.
        ended = resource_manager.applications(FINAL_STATES, finished_since=since)
        seen = {application.id: application for application in (*running, *ended)}
        with self._parts.database.reading() as session:
            gone = active_ids(session) - set(seen)
        lost = [application_id for application_id in gone if not self._found_again(application_id, seen)]
        with self._parts.database.writing() as session:
            write_applications(session, seen.values(), self._parts.settings.service_user)
            for application_id in lost:
                mark_lost(session, application_id)
            write_snapshot(session, APPLICATIONS)
        self._ended_up_to = max(
            (row.finished_at for row in ended if row.finished_at), default=self._ended_up_to
        )
        self._parts.metrics.applications_active.set(len(running))

    def _found_again(self, application_id: str, seen: dict[str, Application]) -> bool:
        try:
            seen[application_id] = self._parts.resource_manager.application(application_id)
        except NotFound:
            return False
        return True

    def _mirror_cluster(self) -> None:
        now = time.monotonic()
        if now < self._next_cluster:
            return
        self._next_cluster = now + CLUSTER_SECONDS - self._parts.settings.api_poll_seconds / 2
        cluster = ask_cluster(self._parts.resource_manager)
        states = (
            ("cluster", cluster),
            ("queues", ask_queues(self._parts.resource_manager)),
            ("nodes", ask_nodes(self._parts.resource_manager)),
        )
        with self._parts.database.writing() as session:
            for name, state in states:
                write_snapshot(session, name, state)
            record_look(session, cluster, utc_now())

    def _forget(self) -> None:
        if time.monotonic() >= self._next_forget:
            self._next_forget = time.monotonic() + FORGET_SECONDS
            with self._parts.database.writing() as session:
                forget_old_changes(session)
                forget_old_samples(session, utc_now())

    def _say_reachable(self, reachable: bool, reason: str) -> None:
        self._parts.metrics.cluster_reachable.set(reachable)
        if reachable is not self._reachable:
            self._reachable = reachable
            log.info("cluster reachable") if reachable else log.warning("cluster unreachable", reason=reason)
