"""Rows of environments and builds in the words of the API."""

import json
from collections.abc import Sequence

from kubeyard_client.messages.environments import (
    Build,
    BuildError,
    BuildState,
    BuildStep,
    BuildStepName,
    BuildWorker,
    Environment,
    EnvironmentState,
    EnvironmentVisibility,
    StepState,
)
from sqlalchemy.orm import Session

from kubeyard_api.storage.builds import queue_position, steps_from
from kubeyard_api.storage.environments import archives_by_digest, latest_builds
from kubeyard_api.storage.environments_tables import ArchiveRow, BuildRow, EnvironmentRow
from kubeyard_api.storage.worker_signs import read_worker


def environments_from(session: Session, rows: Sequence[EnvironmentRow]) -> tuple[Environment, ...]:
    """The environments with their latest builds."""
    builds = latest_builds(session, [row.id for row in rows])
    archives = archives_by_digest(session, [row.archive_sha256 for row in rows if row.archive_sha256])
    worker = read_worker(session)
    latest = {
        row.id: _build(session, builds[row.id], row, worker) if row.id in builds else None for row in rows
    }
    return tuple(_environment(row, latest[row.id], archives.get(row.archive_sha256 or "")) for row in rows)


def _environment(row: EnvironmentRow, build: Build | None, archive: ArchiveRow | None) -> Environment:
    return Environment(
        name=row.name,
        owner=row.owner,
        visibility=EnvironmentVisibility(row.visibility),
        python=row.python,
        conda=tuple(json.loads(row.conda)),
        pip=tuple(json.loads(row.pip)),
        driver_memory_mb=row.driver_memory_mb,
        executor_memory_mb=row.executor_memory_mb,
        executors=row.executors,
        executor_cores=row.executor_cores,
        queue=row.queue,
        cull_idle_seconds=row.cull_idle_seconds,
        spark=row.spark,
        state=EnvironmentState(row.state),
        hash=row.archive_sha256,
        size_bytes=archive.size_bytes if archive else None,
        kernelspec=row.kernelspec if archive else None,
        display_name=row.display_name,
        created_at=row.created_at,
        updated_at=row.updated_at,
        latest_build=build,
    )


def build_from(session: Session, row: BuildRow, environment: EnvironmentRow) -> Build:
    """One build."""
    return _build(session, row, environment, read_worker(session))


def builds_from(session: Session, rows: Sequence[BuildRow], environment: EnvironmentRow) -> tuple[Build, ...]:
    """Several builds of one environment."""
    worker = read_worker(session)
    return tuple(_build(session, row, environment, worker) for row in rows)


def _build(session: Session, row: BuildRow, environment: EnvironmentRow, worker: BuildWorker) -> Build:
    steps = steps_from(row.steps)
    return Build(
        id=row.id,
        owner=environment.owner,
        environment=environment.name,
        state=BuildState(row.state),
        step=_current(steps),
        steps=tuple(steps),
        error=BuildError(code=row.error_code, detail=row.error_detail or "") if row.error_code else None,
        requested_by=row.requested_by,
        cancel_requested_by=row.cancel_requested_by,
        queue_position=queue_position(session, row),
        worker=worker,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def _current(steps: Sequence[BuildStep]) -> BuildStepName | None:
    begun = [step.name for step in steps if step.state not in (StepState.WAITING, StepState.SKIPPED)]
    return begun[-1] if begun else None
