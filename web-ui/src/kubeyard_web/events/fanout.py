"""Who listens, and what each has not been told yet."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kubeyard_client.messages.events import EVERYBODY, Change

from kubeyard_web.events.latest import Latest

UPSTREAM_NEW, UPSTREAM_DOWN, UPSTREAM_UP = "connecting", "down", "up"


class Subscriber:
    """One browser. It holds which topics changed, not how often: a slow one never makes anything grow."""

    def __init__(self, name: str, *, is_admin: bool) -> None:
        self.name = name
        self.is_admin = is_admin
        self.is_released = False
        self._news: dict[str, str] = {}
        self._changed = threading.Condition()

    def concerns(self, change: Change) -> bool:
        """Whether this person may know of the change. The ids are never told on, only the topic."""
        return self.is_admin or not change.ids or not {self.name, EVERYBODY}.isdisjoint(change.owners)

    def tell(self, event: str, text: str) -> None:
        """Add to what the browser has to be told."""
        with self._changed:
            self._news[event] = text
            self._changed.notify()

    def wait(self, timeout_seconds: float) -> dict[str, str]:
        """Return all news as soon as there are any; none when the time is over, or nothing more will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._news or self.is_released, timeout_seconds)
            news, self._news = self._news, {}
            return news

    def release(self) -> None:
        """Wait no longer: nothing more will come."""
        with self._changed:
            self.is_released = True
            self._changed.notify()


class TooManySubscribersError(Exception):
    """Every connection takes a thread: some must be left for pages."""


class Fanout:
    """All browsers of this process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._subscribers: set[Subscriber] = set()
        self._upstream = UPSTREAM_NEW
        self._latest = Latest()
        self._is_closed = False
        self._lock = threading.Lock()

    @contextmanager
    def subscription(self, subscriber: Subscriber, since: int | None = None) -> Iterator[Subscriber]:
        """Listen for as long as the block lasts, to what changed after version `since` and from now on."""
        with self._lock:
            if len(self._subscribers) >= self._most:
                raise TooManySubscribersError
            self._subscribers.add(subscriber)
            subscriber.tell("upstream", self._upstream)
            missed = self._latest.since(since, subscriber.name, is_admin=subscriber.is_admin)
            for topic, version in missed.items():
                subscriber.tell(topic, str(version))
            if self._is_closed:
                subscriber.release()
        try:
            yield subscriber
        finally:
            with self._lock:
                self._subscribers.discard(subscriber)

    def __len__(self) -> int:
        return len(self._subscribers)

    @property
    def version(self) -> int | None:
        """The last change that this process was told of; None before the first."""
        return self._latest.version

    def publish(self, change: Change) -> None:
        """Tell everybody whom the change concerns."""
        with self._lock:
            self._latest.note(change)
            subscribers = list(self._subscribers)
        for subscriber in subscribers:
            if subscriber.concerns(change):
                subscriber.tell(change.topic, str(change.version))

    def upstream(self, state: str) -> None:
        """Tell everybody that changes come in, or that they do not."""
        with self._lock:
            if state == self._upstream:
                return
            self._upstream = state
        for subscriber in self._everybody():
            subscriber.tell("upstream", state)

    def close(self) -> None:
        """Let go of everybody who listens, and of whoever still comes."""
        with self._lock:
            self._is_closed = True
        for subscriber in self._everybody():
            subscriber.release()

    def _everybody(self) -> list[Subscriber]:
        with self._lock:
            return list(self._subscribers)
