"""Writes what YARN says of its applications; only what differs is written, and told."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kubeyard_client.messages.events import Topic
from kubeyard_yarn.applications import Application
from sqlalchemy import select
from sqlalchemy.orm import Session

from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.changes import record_change
from kubeyard_api.storage.tables import ApplicationRow

# Databases limit how many values one statement may carry.
BATCH = 400


def owner_of_application(application: Application, service_user: str) -> str:
    """Whose application this is.

    Anybody who may submit to YARN chooses his tags freely, so a tag names the owner only of what the
    platform's own account submitted; everything else belongs to the user that YARN knows.
    """
    if application.owner == service_user:
        return application.tagged("user") or application.owner
    return application.owner


def write_applications(session: Session, applications: Iterable[Application], service_user: str) -> int:
    """Bring the mirror's rows up to date with what was seen; return how many changed."""
    seen = {application.id: _columns(application, service_user) for application in applications}
    changed: list[ApplicationRow] = []
    for ids in _batches(list(seen)):
        known = {
            row.id: row for row in session.scalars(select(ApplicationRow).where(ApplicationRow.id.in_(ids)))
        }
        for application_id in ids:
            if row := _brought_up_to_date(known.get(application_id), seen[application_id]):
                changed.append(row)
    if changed:
        _tell(session, changed)
    return len(changed)


def mark_killing(session: Session, application_id: str, by: str) -> None:
    """Remember that somebody asked for its end, until YARN confirms."""
    row = session.get_one(ApplicationRow, application_id)
    row.killing_by = by
    _tell(session, [row])


def mark_lost(session: Session, application_id: str) -> None:
    """End an application that YARN no longer knows: it restarted without remembering its applications."""
    row = session.get_one(ApplicationRow, application_id)
    row.state, row.final_status, row.is_active = "FAILED", "UNDEFINED", False
    row.memory_mb = row.vcores = row.running_containers = 0
    row.finished_at = utc_now()
    row.diagnostics = (
        "The ResourceManager no longer knows this application: it was restarted and has forgotten it."
    )
    _tell(session, [row])


def active_ids(session: Session) -> set[str]:
    """The applications that had not ended when they were last seen."""
    return set(session.scalars(select(ApplicationRow.id).where(ApplicationRow.is_active)))


def _columns(application: Application, service_user: str) -> dict[str, Any]:
    owner = owner_of_application(application, service_user)
    ours = application.owner == service_user or "kubeyard" in application.tags
    tags = sorted(application.tags)
    return {
        "id": application.id,
        "name": application.name,
        "owner": owner,
        "queue": application.queue,
        "application_type": application.application_type,
        "state": application.state.value,
        "final_status": application.final_status.value,
        "is_active": not application.state.is_final,
        "memory_mb": application.memory_mb,
        "vcores": application.vcores,
        "running_containers": application.running_containers,
        "progress_percent": round(application.progress_percent, 1),
        "started_at": application.started_at,
        "finished_at": application.finished_at,
        "diagnostics": application.diagnostics,
        "tags": json.dumps(tags),
        "kernel_id": application.tagged("kernel") if ours else None,
        "kernelspec": application.tagged("kernelspec") if ours else None,
        "environment_hash": application.tagged("env") if ours else None,
        "am_host": application.am_host,
        "am_container_id": application.am_container_id,
        "search_text": "\n".join([application.id, application.name, owner, *tags]).lower(),
    }


def _brought_up_to_date(row: ApplicationRow | None, columns: dict[str, Any]) -> ApplicationRow | None:
    """The row, new or changed; None when nothing differs."""
    if row is None:
        started_at = columns["started_at"] or utc_now()
        return ApplicationRow(**columns | {"started_at": started_at}, killing_by=None)
    # A moment that YARN no longer tells (the right to view was lost) must not erase what is known.
    told = {name: value for name, value in columns.items() if value is not None or not name.endswith("_at")}
    different = {name: value for name, value in told.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return row if different else None


def _tell(session: Session, rows: Sequence[ApplicationRow]) -> None:
    version = record_change(session, Topic.APPLICATIONS, {row.id: row.owner for row in rows})
    kernels = {row.kernel_id: row.owner for row in rows if row.kernel_id}
    if kernels:
        record_change(session, Topic.KERNELS, kernels)
    for row in rows:
        row.version = version
    session.add_all(rows)


def _batches(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
