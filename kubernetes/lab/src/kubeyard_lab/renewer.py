"""Keeps a live token for the gateway, renewed ahead of its end by a thread of its own."""

import logging
import os
import random
import threading
import time
from typing import Any

from jupyter_server.gateway.gateway_client import GatewayTokenRenewerBase

from kubeyard_lab.tokens import NO_TOKEN, Exchange, ExchangeError, Token

_FIRST_TOKEN_SECONDS = 2.0
_PATIENCE_MAX_SECONDS = 15.0


class RenewedToken:
    """A token that a thread renews; reading it never waits for the network longer than asked."""

    def __init__(self, exchange: Exchange, log: logging.Logger) -> None:
        self._exchange = exchange
        self._log = log
        self._token: Token = NO_TOKEN
        self._tried = threading.Event()
        self._wanted = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="kubeyard-token", daemon=True)

    def start(self) -> None:
        """Begin, so that the first token is there before anybody asks."""
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closed = True
        self._wanted.set()

    def current(self, wait_seconds: float = _FIRST_TOKEN_SECONDS) -> str:
        """The newest token, also an ended one: the gateway's refusal says more than silence.

        Waits only for the very first attempt, and never longer than told: callers are on the event loop.
        """
        self._tried.wait(wait_seconds)
        return self._token.value

    def renew(self) -> None:
        """Renew at once, because the gateway refused the token."""
        self._wanted.set()

    def _run(self) -> None:
        failures = 0
        while not self._closed:
            failures = 0 if self._renewed() else failures + 1
            self._tried.set()
            self._wanted.wait(self._pause(failures))
            self._wanted.clear()

    def _renewed(self) -> bool:
        try:
            self._token = self._exchange.fetch()
        except ExchangeError as why:
            self._log.warning("no new gateway token: %s; trying again", why)
            return False
        self._log.debug("gateway token renewed, for %.0f s", self._token.ends_at - time.time())
        return True

    def _pause(self, failures: int) -> float:
        if failures:
            return min(2.0 ** (failures - 2), _PATIENCE_MAX_SECONDS) * random.uniform(0.7, 1)  # noqa: S311
        return max(self._token.renew_at - time.time(), 0.5)


class GatewayTokenRenewer(GatewayTokenRenewerBase):
    """What jupyter_server asks for a token before each request to the gateway."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        exchange = Exchange(os.environ["KUBEYARD_TOKEN_URL"], os.environ["JUPYTERHUB_API_TOKEN"])
        self.token = RenewedToken(exchange, self.log)
        self.token.start()

    def get_token(self, *_given: Any, **_more: Any) -> str:
        """The current token; runs on the event loop, so it does not fetch."""
        return self.token.current()
