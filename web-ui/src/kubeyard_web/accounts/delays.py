"""The delay that grows with each wrong password, for the account and for the address it comes from."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kubeyard_web.accounts.models import LoginDelay
from kubeyard_web.clock import Clock
from kubeyard_web.database import Database

FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Tolerance:
    """How many failures cost nothing, and the longest wait after more (each doubles it, from one second)."""

    free: int
    longest_seconds: int

    def wait_seconds(self, failures: int) -> int:
        """How long to wait after so many failures."""
        over = failures - self.free
        return 0 if over <= 0 else min(2 ** min(over - 1, 30), self.longest_seconds)


OF_ACCOUNT = Tolerance(free=2, longest_seconds=300)
# Many people may share one address, so an address may fail more often before it has to wait.
OF_ADDRESS = Tolerance(free=20, longest_seconds=300)


class MustWait(Exception):  # noqa: N818 - it names what is wrong
    """This account or address has to wait before it may try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds


class LoginDelays:
    """Counts failures in the database, so that neither a restart nor a second process forgets them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def begin_attempt(self, account: str, address: str) -> None:
        """Count an attempt as failed before it is judged, so that many at once cannot overtake the count.

        Raises MustWait, and counts nothing, while the account or the address has to wait.
        """
        try:
            self._count(account, address)
        except IntegrityError:  # two first failures at once: the other one made the row, so now it is there
            self._count(account, address)

    def _count(self, account: str, address: str) -> None:
        now = self._clock.now()
        with self._database.writing() as session:
            rows = [_row(session, _account(account), now), _row(session, _address(address), now)]
            if (until := max(row.blocked_until for row in rows)) > now:
                raise MustWait(math.ceil((until - now).total_seconds()))
            session.execute(delete(LoginDelay).where(LoginDelay.last_failure_at < now - FORGOTTEN_AFTER))
            for row, tolerance in zip(rows, (OF_ACCOUNT, OF_ADDRESS), strict=True):
                row.failures += 1
                row.last_failure_at = now
                row.blocked_until = now + timedelta(seconds=tolerance.wait_seconds(row.failures))
                session.add(row)

    def succeeded(self, account: str, address: str) -> None:
        """Forget the account's failures, and of the address's those that this account made.

        An address keeps what it did to other accounts: else one good password would buy guesses at others.
        """
        now = self._clock.now()
        with self._database.writing() as session:
            of_account, of_address = (
                _row(session, key, now) for key in (_account(account), _address(address))
            )
            of_address.failures = max(0, of_address.failures - of_account.failures)
            if of_address.failures <= OF_ADDRESS.free:
                of_address.blocked_until = now
            session.execute(delete(LoginDelay).where(LoginDelay.subject == _account(account)))


def _account(name: str) -> str:
    return f"account:{name}"


def _address(address: str) -> str:
    return f"address:{address}"


def _row(session: Session, subject: str, now: datetime) -> LoginDelay:
    """What is known of a subject, or a fresh row (added only when it counts)."""
    row = session.get(LoginDelay, subject, with_for_update=True)
    if row is not None and row.last_failure_at >= now - FORGOTTEN_AFTER:
        return row
    if row is not None:
        session.delete(row)
        session.flush()
    return LoginDelay(subject=subject, failures=0, blocked_until=now, last_failure_at=now)
