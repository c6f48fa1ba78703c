"""Long answers: each holds a thread of the server, so there is a limit, in all and for each user."""

import threading
from collections import Counter
from collections.abc import Generator, Iterator

from kubeyard_client.messages.errors import ErrorCode

from kubeyard_api.errors import PublicError
from kubeyard_api.metrics import Metrics

PER_USER = 8


class Streams:
    """Counts the open streams of this process."""

    def __init__(self, limit: int, metrics: Metrics) -> None:
        self._limit = limit
        self._metrics = metrics
        self._lock = threading.Lock()
        self._open: Counter[str] = Counter()
        self._ending = threading.Event()

    @property
    def are_ending(self) -> bool:
        """Whether this process is about to end: none of them ends by itself."""
        return self._ending.is_set()

    def end(self) -> None:
        """Let every stream end at its next look; its reader comes back by itself, and misses nothing."""
        self._ending.set()

    def hold(self, user: str, lines: Generator[str, None, None]) -> Iterator[str]:
        """Give `lines` a place until it is closed. Raises PublicError when there is none."""
        with self._lock:
            if self._open.total() >= self._limit or self._open[user] >= PER_USER:
                raise PublicError(
                    ErrorCode.TOO_MANY,
                    f"There are {self._open[user]} open streams of yours: close one, or try again later.",
                )
            self._open[user] += 1
            self._metrics.streams.set(self._open.total())
        return _HeldStream(self, user, lines)

    def release(self, user: str) -> None:
        """Give one place of this user back."""
        with self._lock:
            self._open[user] -= 1
            self._open += Counter()
            self._metrics.streams.set(self._open.total())


class _HeldStream(Iterator[str]):
    """Unlike a generator's `finally`, its close runs even when nothing was ever read from it."""

    def __init__(self, streams: Streams, user: str, lines: Generator[str, None, None]) -> None:
        self._streams = streams
        self._user = user
        self._lines = lines
        self._closed = False

    def __next__(self) -> str:
        return next(self._lines)

    def close(self) -> None:
        """End the stream and free its place."""
        if not self._closed:
            self._closed = True
            self._lines.close()
            self._streams.release(self._user)
