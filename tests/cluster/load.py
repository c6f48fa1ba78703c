"""Requests at a steady pace, each on a connection of its own, and what became of them."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import requests

TIMEOUT_SECONDS = 10


class Load:
    """What the requests came to: how many, and each failure by its reason."""

    def __init__(self) -> None:
        self.sent = 0
        self.failures: Counter[str] = Counter()
        self._lock = threading.Lock()

    def send(self, url: str) -> None:
        """Send one request and note what becomes of it."""
        try:
            status = requests.get(url, timeout=TIMEOUT_SECONDS, headers={"Connection": "close"}).status_code
            failure = "" if status == 200 else f"status {status}"
        except requests.RequestException as why:
            failure = f"{type(why).__name__}: {why}"
        with self._lock:
            self.sent += 1
            if failure:
                self.failures[failure] += 1


@contextmanager
def steady_load(url: str, per_second: int) -> Iterator[Load]:
    """That many requests a second while the block lasts, whether earlier ones were answered or not."""
    load, ended = Load(), threading.Event()
    senders: list[threading.Thread] = []

    def pace() -> None:
        begun = time.monotonic()
        while not ended.wait(max(0.0, begun + len(senders) / per_second - time.monotonic())):
            senders.append(threading.Thread(target=load.send, args=(url,), daemon=True))
            senders[-1].start()

    pacer = threading.Thread(target=pace, daemon=True)
    pacer.start()
    try:
        yield load
    finally:
        ended.set()
        pacer.join()
        for sender in senders:
            sender.join()
