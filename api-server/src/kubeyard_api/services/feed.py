"""Tells the subscribers of this process of every change, whichever process made it."""

import threading
from collections import deque

from kubeyard_client.messages.events import Change, Topic
from sqlalchemy.exc import SQLAlchemyError

from kubeyard_api.logs import logger
from kubeyard_api.storage.changes import changes_after, known_versions
from kubeyard_api.storage.database import Database

POLL_SECONDS = 0.2
REMEMBERED = 2000
log = logger(__name__)


class Feed:
    """One thread reads the database for all subscribers of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changed = threading.Condition()
        self._recent: deque[Change] = deque(maxlen=REMEMBERED)
        self._read_up_to = 0
        self._watcher: threading.Thread | None = None
        self._closed = threading.Event()

    def start_version(self, last_seen: int | None) -> tuple[int, list[Change]]:
        """Where a subscriber starts, and what it must be told first because it may have missed it."""
        with self._database.reading() as session:
            oldest, newest = known_versions(session)
        if last_seen is None or last_seen == newest:
            return newest, []
        if oldest - 1 <= last_seen < newest:
            return last_seen, []
        return newest, [Change(topic=topic, ids=(), owners=(), version=newest) for topic in Topic]

    def wait_after(self, version: int, timeout_seconds: float) -> list[Change]:
        """The changes after `version`, waiting for the first at most `timeout_seconds`."""
        with self._changed:
            self._watch_from(version)
            self._changed.wait_for(lambda: self._read_up_to > version or self.is_closed, timeout_seconds)
            if self._read_up_to <= version:
                return []
            if self._recent and self._recent[0].version <= version + 1:
                return [change for change in self._recent if change.version > version]
        # Memory begins later than this subscriber: the database knows more.
        with self._database.reading() as session:
            return changes_after(session, version)

    def let_go(self) -> None:
        """Tell nothing more: everybody who waits goes on at once."""
        self._closed.set()
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Let go of everybody, and stop watching."""
        self.let_go()
        with self._changed:
            watcher = self._watcher
        if watcher is not None:
            watcher.join(timeout=5)

    @property
    def is_closed(self) -> bool:
        """Whether this process is about to end."""
        return self._closed.is_set()

    def _watch_from(self, version: int) -> None:
        if self._watcher is None:
            self._read_up_to = version
            self._watcher = threading.Thread(target=self._watch, name="event-feed", daemon=True)
            self._watcher.start()

    def _watch(self) -> None:
        while not self._closed.wait(POLL_SECONDS):
            try:
                self._read()
            except SQLAlchemyError:
                log.warning("events unreadable", exc_info=True)

    def _read(self) -> None:
        with self._database.reading() as session:
            found = changes_after(session, self._read_up_to)
        if found:
            with self._changed:
                self._recent.extend(found)
                self._read_up_to = found[-1].version
                self._changed.notify_all()
