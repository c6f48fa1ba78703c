"""The last known state of the cluster, its queues and its nodes, and how fresh each is."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from kubeyard_client.messages.cluster import Seen
from kubeyard_client.messages.events import Topic
from sqlalchemy import select
from sqlalchemy.orm import Session

from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.changes import record_change
from kubeyard_api.storage.tables import SnapshotRow

S = TypeVar("S", bound=Seen)
SEEN_FIELDS = set(Seen.model_fields)
# One row a kind; the row of the applications has no body of its own, only how fresh the mirror is.
APPLICATIONS = "applications"
NEVER_ASKED = "The cluster has not been asked yet."


@dataclass(frozen=True)
class Freshness:
    """When something was last known to be so, and why it is not known better."""

    as_of: datetime | None
    reachable: bool
    reason: str
    version: int


def write_snapshot(session: Session, name: str, state: Seen | None = None) -> None:
    """Keep a state that YARN just told; only a difference is told on."""
    body = state.model_dump_json(exclude=SEEN_FIELDS) if state else "{}"
    row = session.get(SnapshotRow, name) or SnapshotRow(topic=name, body="{}", reachable=False, version=0)
    if not row.reachable or _meaning(row.body) != _meaning(body):
        row.version = record_change(session, Topic.CLUSTER, {})
    row.body, row.as_of, row.reachable, row.reason = body, utc_now(), True, ""
    session.add(row)


def _meaning(body: str) -> object:
    """The state without what grows by itself: every heartbeat of a node would be news otherwise."""
    state = json.loads(body)
    for node in state.get("nodes", ()):
        node.pop("last_seen_at", None)
    return state


def mark_unreachable(session: Session, reason: str) -> None:
    """Say that nothing newer is known, and why; what was known stays, with its date."""
    rows = list(session.scalars(select(SnapshotRow)))
    if all(not row.reachable and row.reason == reason for row in rows) and rows:
        return
    version = record_change(session, Topic.CLUSTER, {})
    for row in rows or [SnapshotRow(topic=APPLICATIONS, body="{}", as_of=None)]:
        row.reachable, row.reason, row.version = False, reason, version
        session.add(row)


def read_snapshot(session: Session, name: str, kind: type[S]) -> S:
    """The last known state, with its freshness; empty before the first was told."""
    row = session.get(SnapshotRow, name)
    if row is None:
        return kind(reason=read_freshness(session, APPLICATIONS).reason)
    return kind.model_validate_json(row.body).model_copy(
        update={"as_of": row.as_of, "reachable": row.reachable, "reason": row.reason, "version": row.version}
    )


def read_freshness(session: Session, name: str) -> Freshness:
    """How fresh one kind is."""
    row = session.get(SnapshotRow, name)
    if row is None:
        return Freshness(None, False, NEVER_ASKED, 0)
    return Freshness(row.as_of, row.reachable, row.reason, row.version)
