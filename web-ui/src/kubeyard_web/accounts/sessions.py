"""Who is logged in: a login is a row in the database, so logging out ends it wherever its cookie went."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_login import UserMixin  # type: ignore[import-untyped]  # Flask-Login carries no types
from sqlalchemy import delete

from kubeyard_web.accounts.models import LoginSession, User
from kubeyard_web.accounts.users import may_enter
from kubeyard_web.clock import Clock
from kubeyard_web.database import Database
from kubeyard_web.secrecy import hashed, new_token


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login carries no types
    """The person behind a request: what `current_user` is on every page."""

    name: str
    display_name: str
    groups: tuple[str, ...]
    roles: tuple[str, ...]
    is_admin: bool
    is_demo: bool
    since: datetime
    token: str

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the login's token, never the bare name."""
        return self.token

    @property
    def session_hash(self) -> str:
        """Under which hash the database knows this login."""
        return hashed(self.token)


class Sessions:
    """Begins, finds and ends logins."""

    def __init__(self, database: Database, clock: Clock, hours: float, *, with_demo: bool) -> None:
        self._database = database
        self._clock = clock
        self._lifetime = timedelta(hours=hours)
        self._with_demo = with_demo

    def begin(self, name: str) -> SignedIn:
        """Record a new login of a user and return it with its new token."""
        token, now = new_token(), self._clock.now()
        with self._database.writing() as session:
            session.execute(delete(LoginSession).where(LoginSession.ends_at < now))
            user = session.get_one(User, name)
            user.last_login_at = now
            session.add(
                LoginSession(
                    token_hash=hashed(token), user_name=name, created_at=now, ends_at=now + self._lifetime
                )
            )
            return _signed_in(user, token, now)

    def find(self, token: str) -> SignedIn | None:
        """The login of this token, prolonged by its use; none if it ended or the user may no longer enter."""
        now = self._clock.now()
        with self._database.reading() as session:
            login = session.get(LoginSession, hashed(token))
            if login is None or login.ends_at <= now or not may_enter(login.user, with_demo=self._with_demo):
                return None
        if login.ends_at - now < self._lifetime * 0.9:
            self._prolong(login.token_hash, now)
        return _signed_in(login.user, token, login.created_at)

    def _prolong(self, token_hash: str, now: datetime) -> None:
        with self._database.writing() as session:
            if login := session.get(LoginSession, token_hash):
                login.ends_at = now + self._lifetime

    def end(self, token: str) -> None:
        """End a login; the access tokens that stem from it end with it."""
        with self._database.writing() as session:
            session.execute(delete(LoginSession).where(LoginSession.token_hash == hashed(token)))


def _signed_in(user: User, token: str, since: datetime) -> SignedIn:
    return SignedIn(
        name=user.name,
        display_name=user.display_name,
        groups=tuple(user.all_groups),
        roles=tuple(user.roles),
        is_admin=user.is_admin,
        is_demo=user.is_demo,
        since=since,
        token=token,
    )
