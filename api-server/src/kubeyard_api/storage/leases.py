"""Duties that one process has at a time, by a lease in the database that must be renewed."""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.tables import LeaseRow


def hold_lease(database: Database, duty: str, holder: str, seconds: float) -> bool:
    """Take or renew the duty for `seconds`; False while another process has it."""
    try:
        with database.writing() as session:
            return _hold(session, duty, holder, seconds)
    except IntegrityError:
        # Two processes made the first lease in the same moment: the other was first.
        return False


def _hold(session: Session, duty: str, holder: str, seconds: float) -> bool:
    now = utc_now()
    until = now + timedelta(seconds=seconds)
    taken = session.execute(
        update(LeaseRow)
        .where(LeaseRow.duty == duty, (LeaseRow.holder == holder) | (LeaseRow.expires_at < now))
        .values(holder=holder, expires_at=until)
        .returning(LeaseRow.duty)
    ).first()
    if taken:
        return True
    if session.scalar(select(LeaseRow.duty).where(LeaseRow.duty == duty)):
        return False
    session.add(LeaseRow(duty=duty, holder=holder, expires_at=until))
    session.flush()
    return True


def release_lease(database: Database, duty: str, holder: str) -> None:
    """Give the duty up, so that another process need not wait for it to expire."""
    with database.writing() as session:
        session.execute(delete(LeaseRow).where(LeaseRow.duty == duty, LeaseRow.holder == holder))
