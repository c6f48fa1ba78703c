"""Judging a name and a password."""

import structlog

from kubeyard_web.accounts import names, users
from kubeyard_web.accounts.delays import LoginDelays, MustWait
from kubeyard_web.accounts.passwords import verify
from kubeyard_web.accounts.sessions import Sessions, SignedIn
from kubeyard_web.database import Database

log = structlog.get_logger()


class WrongCredentials(Exception):  # noqa: N818 - it names what is wrong
    """No open account has this name and this password; which of them is wrong is not told."""


class Login:
    """Lets people in who know their password, and slows down those who guess."""

    def __init__(
        self, database: Database, delays: LoginDelays, sessions: Sessions, *, with_demo: bool
    ) -> None:
        self._database = database
        self._delays = delays
        self._sessions = sessions
        self._with_demo = with_demo

    def log_in(self, entered_name: str, password: str, address: str) -> SignedIn:
        """Begin a login; raises MustWait or WrongCredentials."""
        name = _canonical_or_empty(entered_name)
        self._judge(name, password, address)
        signed_in = self._sessions.begin(name)
        log.info("login-succeeded", user=name, address=address)
        return signed_in

    def confirm(self, name: str, password: str, address: str) -> None:
        """Check the password of somebody who is logged in already; raises MustWait or WrongCredentials."""
        self._judge(name, password, address)

    def _judge(self, name: str, password: str, address: str) -> None:
        try:
            self._delays.begin_attempt(name, address)
        except MustWait as wait:
            log.warning(
                "login-refused", user=name, address=address, reason="delayed", wait_seconds=wait.seconds
            )
            raise
        with self._database.reading() as session:
            user = users.enabled(session, name, with_demo=self._with_demo)
            password_hash = user.password_hash if user else None
        if not verify(password, password_hash):
            log.warning("login-refused", user=name, address=address, reason="wrong-name-or-password")
            raise WrongCredentials
        self._delays.succeeded(name, address)


def _canonical_or_empty(entered_name: str) -> str:
    """What cannot be a name is nobody's, and does not reach the log: it may be a password."""
    try:
        return names.canonical(entered_name)
    except names.InvalidName:
        return ""
