"""How the first administrator comes to be: by a link that works once, for a day, while there is none."""

from datetime import timedelta

import structlog
from sqlalchemy import delete, select

from kubeyard_web.accounts import users
from kubeyard_web.accounts.models import AdministratorLink
from kubeyard_web.accounts.passwords import hash_password
from kubeyard_web.clock import Clock
from kubeyard_web.database import Database
from kubeyard_web.secrecy import hashed, new_token

LIFETIME = timedelta(hours=24)
log = structlog.get_logger()


class LinkIsDead(Exception):  # noqa: N818 - it names what is wrong
    """The link was used, has expired, was replaced by a newer one, or never was."""


class NameIsTaken(Exception):  # noqa: N818 - it names what is wrong
    """An account of this name exists."""


class FirstAdministrator:
    """Makes the link, and the administrator from it."""

    def __init__(self, database: Database, clock: Clock, issuer: str) -> None:
        self._database = database
        self._clock = clock
        self._issuer = issuer

    def is_missing(self) -> bool:
        """Whether nobody administers the platform yet."""
        with self._database.reading() as session:
            return not users.has_administrator(session)

    def new_link(self) -> str | None:
        """Make a link, which replaces an earlier one; none if there is an administrator."""
        token = new_token()
        with self._database.writing() as session:
            if users.has_administrator(session):
                return None
            session.execute(delete(AdministratorLink))
            session.add(AdministratorLink(token_hash=hashed(token), ends_at=self._clock.now() + LIFETIME))
        return f"{self._issuer}/first-administrator?link={token}"

    def is_alive(self, token: str) -> bool:
        """Whether this link's token would be accepted."""
        query = select(AdministratorLink).where(
            AdministratorLink.token_hash == hashed(token), AdministratorLink.ends_at > self._clock.now()
        )
        with self._database.reading() as session:
            return session.scalar(query) is not None and not users.has_administrator(session)

    def create(self, token: str, name: str, display_name: str, password: str) -> None:
        """Use the link up and make the administrator; raises LinkIsDead or NameIsTaken."""
        now = self._clock.now()
        password_hash = hash_password(password)  # before the transaction, since it takes its time on purpose
        with self._database.writing() as session:
            link = session.get(AdministratorLink, hashed(token), with_for_update=True)
            if link is None or link.ends_at <= now or users.has_administrator(session):
                raise LinkIsDead
            if users.is_taken(session, name):
                raise NameIsTaken
            session.delete(link)
            users.add(session, name, display_name, password_hash, is_admin=True, now=now)
        log.info("administrator-created", user=name)
