"""The log of changes that every process reads its events from."""

import json
from collections.abc import Mapping
from datetime import timedelta

from kubeyard_client.messages.events import Change, Topic
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.tables import ChangeRow

# Any number: it only has to be the same for everyone who records a change.
ORDER_LOCK = 7_205_432
KEEP = timedelta(minutes=10)
MOST_NAMED = 200


def record_change(session: Session, topic: Topic, owner_by_id: Mapping[str, str]) -> int:
    """Record, in the transaction that makes it, a change of the things in `owner_by_id`; return its version.

    The owner EVERYBODY lets every user know, as the owner of a public thing should.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Without this a lower version could become visible after a higher one, and be missed by readers.
        session.execute(text(f"SELECT pg_advisory_xact_lock({ORDER_LOCK})"))
    # So many at once (the first look at a cluster) are told as "anything may have changed".
    named = owner_by_id if len(owner_by_id) <= MOST_NAMED else {}
    row = ChangeRow(
        topic=topic.value,
        ids=json.dumps(list(named)),
        owners=json.dumps(list(named.values())),
        at=utc_now(),
    )
    session.add(row)
    session.flush()
    return row.version


def changes_after(session: Session, version: int, limit: int = 500) -> list[Change]:
    """The changes since `version`, oldest first."""
    rows = session.scalars(
        select(ChangeRow).where(ChangeRow.version > version).order_by(ChangeRow.version).limit(limit)
    )
    return [
        Change(
            topic=Topic(row.topic),
            ids=tuple(json.loads(row.ids)),
            owners=tuple(json.loads(row.owners)),
            version=row.version,
        )
        for row in rows
    ]


def known_versions(session: Session) -> tuple[int, int]:
    """The versions of the oldest and the newest change that are still known, 0 and 0 when none is."""
    oldest, newest = session.execute(select(func.min(ChangeRow.version), func.max(ChangeRow.version))).one()
    return oldest or 0, newest or 0


def forget_old_changes(session: Session) -> None:
    """Drop what no subscriber can still be waiting for, but keep the last one: versions only grow."""
    _, newest = known_versions(session)
    session.execute(delete(ChangeRow).where(ChangeRow.at < utc_now() - KEEP, ChangeRow.version < newest))
