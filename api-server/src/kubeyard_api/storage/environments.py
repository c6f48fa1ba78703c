"""Environments by owner and name."""

import json
from collections.abc import Mapping, Sequence
from uuid import uuid4

from kubeyard_client.messages.environments import (
    EnvironmentState,
    EnvironmentVisibility,
    NewEnvironment,
)
from kubeyard_client.messages.events import EVERYBODY, Topic
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.changes import record_change
from kubeyard_api.storage.environments_tables import ArchiveRow, BuildRow, EnvironmentRow


def find_environment(session: Session, owner: str, name: str) -> EnvironmentRow | None:
    """The environment of this name that is not deleted."""
    return session.scalar(
        select(EnvironmentRow).where(
            EnvironmentRow.owner == owner, EnvironmentRow.name == name, EnvironmentRow.deleted_at.is_(None)
        )
    )


def list_environments(session: Session, owner: str | None) -> Sequence[EnvironmentRow]:
    """Those that one user may use, his own first; for None everybody's."""
    found = select(EnvironmentRow).where(EnvironmentRow.deleted_at.is_(None))
    if owner is not None:
        public = EnvironmentRow.visibility == EnvironmentVisibility.PUBLIC.value
        found = found.where(or_(EnvironmentRow.owner == owner, public))
    own_first = (EnvironmentRow.owner != (owner or "")).asc()
    return session.scalars(found.order_by(own_first, EnvironmentRow.owner, EnvironmentRow.name)).all()


def latest_builds(session: Session, environment_ids: Sequence[str]) -> Mapping[str, BuildRow]:
    """The newest build of each."""
    place = func.row_number().over(
        partition_by=BuildRow.environment_id, order_by=(BuildRow.created_at.desc(), BuildRow.id.desc())
    )
    ranked = (
        select(BuildRow.id, place.label("place"))
        .where(BuildRow.environment_id.in_(environment_ids))
        .subquery()
    )
    newest = select(BuildRow).join(ranked, ranked.c.id == BuildRow.id).where(ranked.c.place == 1)
    return {row.environment_id: row for row in session.scalars(newest)}


def archives_by_digest(session: Session, digests: Sequence[str]) -> Mapping[str, ArchiveRow]:
    """The archives with these digests."""
    rows = session.scalars(select(ArchiveRow).where(ArchiveRow.sha256.in_(digests)))
    return {row.sha256: row for row in rows}


def add_environment(
    session: Session, owner: str, wanted: NewEnvironment, display_name: str
) -> EnvironmentRow:
    """A new environment that waits for its first build."""
    now = utc_now()
    row = EnvironmentRow(id=uuid4().hex, owner=owner, name=wanted.name, created_at=now)
    describe_environment(row, wanted, display_name)
    session.add(row)
    return row


def describe_environment(row: EnvironmentRow, wanted: NewEnvironment, display_name: str) -> None:
    """Give an environment its packages and size, replacing what it had."""
    row.display_name = display_name
    row.visibility = wanted.visibility.value
    row.python = wanted.python
    row.conda, row.pip = json.dumps(wanted.conda), json.dumps(wanted.pip)
    row.driver_memory_mb, row.executor_memory_mb = wanted.driver_memory_mb, wanted.executor_memory_mb
    row.executors, row.executor_cores = wanted.executors, wanted.executor_cores
    row.queue, row.cull_idle_seconds, row.spark = wanted.queue, wanted.cull_idle_seconds, wanted.spark
    row.state = EnvironmentState.QUEUED.value
    row.updated_at = utc_now()


def tell_change(session: Session, row: EnvironmentRow) -> None:
    """Let the pages that show this environment know."""
    public = row.visibility == EnvironmentVisibility.PUBLIC.value
    record_change(session, Topic.ENVIRONMENTS, {row.full_name: EVERYBODY if public else row.owner})
