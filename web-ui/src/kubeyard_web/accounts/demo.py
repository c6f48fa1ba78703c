"""The demo's two accounts, which exist only while the demo is switched on."""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kubeyard_web.accounts import users
from kubeyard_web.accounts.models import User
from kubeyard_web.accounts.passwords import hash_password
from kubeyard_web.clock import Clock
from kubeyard_web.database import Database

# (canonical name, display name, password, is an administrator): known to everybody, which is their purpose.
ACCOUNTS = (("guest", "Guest", "guest", False), ("admin", "Admin", "admin", True))
log = structlog.get_logger()


def reconcile(database: Database, clock: Clock, *, wanted: bool) -> None:
    """Make or open the demo accounts if wanted, else close them and end their logins."""
    try:
        _reconcile(database, clock, wanted=wanted)
    except IntegrityError:  # another process that starts now made an account first: so now it is there
        _reconcile(database, clock, wanted=wanted)


def _reconcile(database: Database, clock: Clock, *, wanted: bool) -> None:
    with database.writing() as session:
        for account in ACCOUNTS:
            if wanted:
                _open(session, account, clock.now())
        if not wanted:
            _close_all(session)


def _open(session: Session, account: tuple[str, str, str, bool], now: datetime) -> None:
    name, display_name, password, is_admin = account
    user = session.get(User, name)
    if user is None:
        users.add(
            session, name, display_name, hash_password(password), is_admin=is_admin, now=now, is_demo=True
        )
        log.info("demo-account-created", user=name)
    elif not user.is_demo:
        log.warning("demo-account-skipped", user=name, reason="an account of this name belongs to a person")
    else:
        user.is_disabled = False


def _close_all(session: Session) -> None:
    for user in session.scalars(select(User).where(User.is_demo, ~User.is_disabled)):
        user.is_disabled = True
        users.end_sessions(session, user.name)
        log.info("demo-account-disabled", user=user.name)
