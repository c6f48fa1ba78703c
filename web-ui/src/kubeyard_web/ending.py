"""The end of this process: answers that would never end by themselves learn of it here."""

import threading
from collections.abc import Callable
from typing import cast

from flask import Flask, current_app

EXTENSION = "kubeyard-ending"


class Ending:
    """Whether this process has been told to end: streams end then, and their browsers come back."""

    def __init__(self) -> None:
        self._begun = threading.Event()
        self._wakers: list[Callable[[], None]] = []

    @property
    def has_begun(self) -> bool:
        """Whether a stream has to end now."""
        return self._begun.is_set()

    def wakes(self, waker: Callable[[], None]) -> None:
        """Call this when the end begins: whoever waits for news would notice too late."""
        self._wakers.append(waker)

    def begin(self) -> None:
        """Let every stream end; requests that are being answered go on."""
        self._begun.set()
        for waker in self._wakers:
            waker()


def register_ending(app: Flask) -> None:
    """Make the one of this application."""
    app.extensions[EXTENSION] = Ending()


def ending_of(app: Flask) -> Ending:
    """The one of an application."""
    return cast("Ending", app.extensions[EXTENSION])


def ending() -> Ending:
    """The one of the application that answers the current request."""
    return ending_of(current_app)
