"""Tells the gateway that this person is here, so that a warm kernel waits for the next notebook."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

import requests

SIGN_EVERY_SECONDS = 30.0
# A tab that was left open is nobody at work.
AWAY_AFTER_SECONDS = 900.0
_ANSWER_SECONDS = 5.0


@dataclass(frozen=True)
class Spares:
    """The gateway's door for spares; every call is made with the person's own token."""

    url: str
    token: Callable[[], str]
    # The authority that the gateway's certificate is known by; None for those that the system knows.
    ca_file: str | None = None

    def ask_for_one(self) -> None:
        """A person has come, or come back. Raises requests.RequestException."""
        self._send("POST")

    def still_here(self) -> None:
        """The person is still here. Raises requests.RequestException."""
        self._send("PUT")

    def _send(self, method: str) -> None:
        headers = {"Authorization": f"Bearer {self.token()}"}
        answer = requests.request(
            method,
            self.url,
            headers=headers,
            timeout=_ANSWER_SECONDS,
            allow_redirects=False,
            verify=self.ca_file,
        )
        answer.raise_for_status()


class Attendance:
    """A thread of its own: the gateway may be slow or away, and no notebook waits for it."""

    def __init__(
        self,
        spares: Spares,
        idle_seconds: Callable[[], float],
        log: logging.Logger,
        every_seconds: float = SIGN_EVERY_SECONDS,
    ) -> None:
        """`idle_seconds` tells how long nothing was done in this Lab."""
        self._spares = spares
        self._idle_seconds = idle_seconds
        self._log = log
        self._every_seconds = every_seconds
        self._here = False
        self._closed = threading.Event()

    def start(self) -> None:
        """Begin with asking for a spare: a person has just come."""
        threading.Thread(target=self._run, name="kubeyard-attendance", daemon=True).start()

    def close(self) -> None:
        """End the thread; the gateway notices the silence."""
        self._closed.set()

    def _run(self) -> None:
        while True:
            self._sign()
            # The first try may come before the gateway or the first token.
            if self._closed.wait(self._every_seconds if self._here else min(2.0, self._every_seconds)):
                return

    def _sign(self) -> None:
        if self._idle_seconds() > AWAY_AFTER_SECONDS:
            self._here = False
            return
        try:
            if self._here:
                self._spares.still_here()
            else:
                self._spares.ask_for_one()
            self._here = True
        except requests.RequestException as why:
            # Warm kernels are a convenience: without the gateway there are other worries.
            self._log.debug("the gateway was not told that somebody is here: %s", type(why).__name__)
