"""The queue of builds: each is claimed by one worker, for as long as that worker shows that it lives."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from kubeyard_client.messages.environments import (
    BuildError,
    BuildState,
    BuildStep,
    BuildStepName,
    EnvironmentState,
    StepState,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.environments import tell_change
from kubeyard_api.storage.environments_tables import BuildRow, EnvironmentRow

MOST_ATTEMPTS = 3
ACTIVE = (BuildState.QUEUED.value, BuildState.RUNNING.value)


@dataclass(frozen=True)
class Claim:
    """The right to work on one build; lost when its lease runs out."""

    build_id: str
    token: str


def find_build(session: Session, build_id: str) -> BuildRow | None:
    """One build."""
    return session.get(BuildRow, build_id)


def active_build(session: Session, environment_id: str) -> BuildRow | None:
    """The build of an environment that waits or runs."""
    active = select(BuildRow).where(BuildRow.environment_id == environment_id, BuildRow.state.in_(ACTIVE))
    return session.scalar(active.limit(1))


def queue_position(session: Session, row: BuildRow) -> int | None:
    """How many builds start before this one, plus one; None unless it waits."""
    if row.state != BuildState.QUEUED.value:
        return None
    waiting = select(func.count()).select_from(BuildRow).where(BuildRow.state == BuildState.QUEUED.value)
    before = (BuildRow.queued_at < row.queued_at) | (
        (BuildRow.queued_at == row.queued_at) & (BuildRow.id < row.id)
    )
    return (session.scalar(waiting.where(before)) or 0) + 1


def add_build(session: Session, environment: EnvironmentRow, by: str) -> BuildRow:
    """Queue a build; its environment shows that."""
    now = utc_now()
    row = BuildRow(
        id=uuid4().hex,
        environment_id=environment.id,
        state=BuildState.QUEUED.value,
        steps=steps_text(fresh_steps()),
        attempts=0,
        requested_by=by,
        created_at=now,
        queued_at=now,
    )
    environment.state, environment.updated_at = EnvironmentState.QUEUED.value, now
    session.add(row)
    session.flush()
    tell_change(session, environment)
    return row


def claim_next(session: Session, worker: str, lease_seconds: float) -> Claim | None:
    """Take the build that has waited longest; nobody else can take the same one."""
    waiting = select(BuildRow).where(BuildRow.state == BuildState.QUEUED.value)
    oldest = waiting.order_by(BuildRow.queued_at, BuildRow.id).limit(1).with_for_update(skip_locked=True)
    row = session.scalar(oldest)
    if row is None:
        return None
    now = utc_now()
    row.state, row.claim, row.worker = BuildState.RUNNING.value, uuid4().hex, worker
    row.lease_expires_at = now + timedelta(seconds=lease_seconds)
    row.started_at = row.started_at or now
    row.attempts += 1
    row.steps = steps_text(fresh_steps())
    environment = session.get_one(EnvironmentRow, row.environment_id)
    environment.state, environment.updated_at = EnvironmentState.BUILDING.value, now
    tell_change(session, environment)
    return Claim(row.id, row.claim)


def has_queued(session: Session) -> bool:
    """Whether any build waits; asked often, so it locks nothing."""
    waiting = select(BuildRow.id).where(BuildRow.state == BuildState.QUEUED.value)
    return session.scalar(waiting.limit(1)) is not None


def held(session: Session, claim: Claim) -> BuildRow | None:
    """The claimed build, locked; None when the claim is lost."""
    mine = select(BuildRow).where(
        BuildRow.id == claim.build_id,
        BuildRow.claim == claim.token,
        BuildRow.state == BuildState.RUNNING.value,
    )
    return session.scalar(mine.with_for_update())


def renew_lease(session: Session, claim: Claim, lease_seconds: float) -> BuildRow | None:
    """Show that the work goes on; None when the claim is lost."""
    if row := held(session, claim):
        row.lease_expires_at = utc_now() + timedelta(seconds=lease_seconds)
    return row


def record_steps(session: Session, claim: Claim, steps: Sequence[BuildStep]) -> bool:
    """Show how far it is; False when the claim is lost."""
    if row := held(session, claim):
        row.steps = steps_text(steps)
        tell_change(session, session.get_one(EnvironmentRow, row.environment_id))
    return row is not None


def request_cancel(session: Session, row: BuildRow, by: str) -> None:
    """Stop a build: at once while it waits, by its worker when it runs."""
    row.cancel_requested_by = row.cancel_requested_by or by
    if row.state == BuildState.QUEUED.value:
        finish(session, row, BuildState.CANCELLED)
    else:
        tell_change(session, session.get_one(EnvironmentRow, row.environment_id))


def finish(session: Session, row: BuildRow, state: BuildState, error: BuildError | None = None) -> None:
    """End a build; its environment stays usable when an earlier build has succeeded."""
    environment = session.get_one(EnvironmentRow, row.environment_id)
    row.state, row.finished_at = state.value, utc_now()
    row.steps = steps_text(_ended(steps_from(row.steps), state))
    row.error_code, row.error_detail = (error.code, error.detail) if error else (None, None)
    _let_go(row)
    environment.state = _environment_state(environment, state).value
    environment.updated_at = row.finished_at
    tell_change(session, environment)


def give_back(session: Session, row: BuildRow, lost: BuildError | None = None) -> None:
    """Queue a claimed build again. With `lost` it was a crash, and only so many crashes are borne."""
    if row.cancel_requested_by:
        finish(session, row, BuildState.CANCELLED)
        return
    if lost and row.attempts >= MOST_ATTEMPTS:
        finish(session, row, BuildState.FAILED, lost)
        return
    row.attempts -= 0 if lost else 1
    row.state, row.steps = BuildState.QUEUED.value, steps_text(fresh_steps())
    _let_go(row)
    environment = session.get_one(EnvironmentRow, row.environment_id)
    environment.state = EnvironmentState.QUEUED.value
    tell_change(session, environment)


def expired_builds(session: Session) -> Sequence[BuildRow]:
    """Builds whose worker has shown no life for too long."""
    expired = select(BuildRow).where(
        BuildRow.state == BuildState.RUNNING.value, BuildRow.lease_expires_at < utc_now()
    )
    return session.scalars(expired.with_for_update(skip_locked=True)).all()


def running_builds(session: Session) -> Sequence[BuildRow]:
    """Builds that some worker has claimed."""
    running = select(BuildRow).where(BuildRow.state == BuildState.RUNNING.value)
    return session.scalars(running.with_for_update(skip_locked=True)).all()


def running_ids(session: Session) -> set[str]:
    """Their ids alone, for looking."""
    return set(session.scalars(select(BuildRow.id).where(BuildRow.state == BuildState.RUNNING.value)))


def fresh_steps() -> list[BuildStep]:
    """Every step, none begun."""
    return [BuildStep(name=name) for name in BuildStepName]


def steps_text(steps: Sequence[BuildStep]) -> str:
    """The steps as the table keeps them."""
    return json.dumps([step.model_dump(mode="json") for step in steps])


def steps_from(text: str) -> list[BuildStep]:
    """The steps that the table keeps."""
    return [BuildStep.model_validate(step) for step in json.loads(text)]


def _ended(steps: Sequence[BuildStep], state: BuildState) -> list[BuildStep]:
    last = StepState.CANCELLED if state is BuildState.CANCELLED else StepState.FAILED
    change = {"state": last, "finished_at": utc_now()}
    return [step.model_copy(update=change) if step.state is StepState.RUNNING else step for step in steps]


def _let_go(row: BuildRow) -> None:
    row.claim = row.worker = row.lease_expires_at = row.archive_sha256 = None


def _environment_state(environment: EnvironmentRow, state: BuildState) -> EnvironmentState:
    if environment.archive_sha256 is not None:
        return EnvironmentState.READY
    return EnvironmentState.CANCELLED if state is BuildState.CANCELLED else EnvironmentState.FAILED
