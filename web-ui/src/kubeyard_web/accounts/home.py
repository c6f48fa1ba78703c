"""The HDFS home of whoever logs in: made in the background, tried again until it is there, no page waits."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from kubeyard_web.clock import Clock

RETRY_AFTER = timedelta(seconds=5)
REMEMBERED_PEOPLE = 10_000
log = structlog.get_logger()


class HomeState(StrEnum):
    """How far the home is."""

    BEING_MADE = "being made"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class Home:
    """What is known of one person's home."""

    state: HomeState
    since: datetime
    reason: str = ""


class Homes:
    """Makes homes through `make(token)`, two at a time, and knows which failed and why.

    `make` returns when the home is there; it and what gives its token raise exceptions whose text tells
    people the reason.
    """

    def __init__(self, make: Callable[[str], None], clock: Clock) -> None:
        self._make = make
        self._clock = clock
        self._known: dict[str, Home] = {}
        self._lock = threading.Lock()
        self._workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="home")

    def ensure(self, name: str, token: Callable[[], str]) -> None:
        """See to it that the home exists; returns at once, and calls `token` only if it has to ask."""
        with self._lock:
            if not self._is_due(self._known.get(name)):
                return
            if len(self._known) >= REMEMBERED_PEOPLE:
                self._known.clear()
            self._known[name] = Home(HomeState.BEING_MADE, self._clock.now())
        try:
            signed = token()
        except Exception as error:  # nobody can be asked: as any other failure
            self._note(name, self._failed(name, error))
            return
        self._workers.submit(self._attempt, name, signed)

    def _is_due(self, home: Home | None) -> bool:
        if home is None:
            return True
        return home.state is HomeState.FAILED and self._clock.now() - home.since >= RETRY_AFTER

    def _attempt(self, name: str, token: str) -> None:
        try:
            self._make(token)
        except Exception as error:  # whatever it is, the person is told and the next page tries again
            result = self._failed(name, error)
        else:
            log.info("home-ready", user=name)
            result = Home(HomeState.READY, self._clock.now())
        self._note(name, result)

    def _failed(self, name: str, error: Exception) -> Home:
        # What people are told leaves out what is behind it, as our addresses.
        log.warning("home-failed", user=name, reason=str(error.__cause__ or error))
        return Home(HomeState.FAILED, self._clock.now(), str(error))

    def _note(self, name: str, result: Home) -> None:
        with self._lock:
            self._known[name] = result

    def problem(self, name: str) -> str | None:
        """Why the home is not there, if the last attempt failed."""
        with self._lock:
            home = self._known.get(name)
        return home.reason if home and home.state is HomeState.FAILED else None

    def forget(self, name: str) -> None:
        """Ask again at the next page, because the person logs in anew."""
        with self._lock:
            if (home := self._known.get(name)) and home.state is HomeState.READY:
                del self._known[name]

    def close(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        self._workers.shutdown(cancel_futures=True)
