"""Environments for a user: create, list, show, build again, delete."""

from kubeyard_client.messages.cluster import QueueList
from kubeyard_client.messages.environments import (
    Build,
    DeletedEnvironment,
    Environment,
    EnvironmentList,
    EnvironmentState,
    NewEnvironment,
)
from kubeyard_client.messages.errors import ErrorCode
from kubeyard_identity import Caller
from kubeyard_kernelspecs import remove_kernelspec
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kubeyard_api.builder.packages import problems
from kubeyard_api.errors import PublicError, not_found
from kubeyard_api.logs import logger
from kubeyard_api.parts import Parts
from kubeyard_api.services.environment_messages import build_from, environments_from
from kubeyard_api.settings import Settings
from kubeyard_api.storage.archives import applications_in, environments_with
from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.builds import active_build, add_build, request_cancel
from kubeyard_api.storage.environments import (
    add_environment,
    describe_environment,
    find_environment,
    list_environments,
    tell_change,
)
from kubeyard_api.storage.environments_tables import EnvironmentRow
from kubeyard_api.storage.snapshots import read_snapshot
from kubeyard_api.storage.worker_signs import read_worker

# A cluster that has not been seen yet has at least these.
USUAL_QUEUES = frozenset({"default", "interactive"})
log = logger(__name__)


def environments_for(parts: Parts, caller: Caller) -> EnvironmentList:
    """The caller's own and the public ones, or everybody's for an administrator."""
    with parts.database.reading() as session:
        rows = list_environments(session, None if caller.is_admin else caller.name)
        return EnvironmentList(environments=environments_from(session, rows), worker=read_worker(session))


def show_environment(parts: Parts, owner: str, name: str) -> Environment:
    """One environment. Raises PublicError."""
    with parts.database.reading() as session:
        return environments_from(session, [environment_row(session, owner, name)])[0]


def environment_row(session: Session, owner: str, name: str) -> EnvironmentRow:
    """Its row. Raises PublicError."""
    row = find_environment(session, owner, name)
    if row is None:
        raise not_found("environment")
    return row


def create_environment(parts: Parts, caller: Caller, wanted: NewEnvironment) -> Environment:
    """Queue its first build. A name whose builds have all failed is free to be described anew."""
    wanted = wanted.model_copy(update={"queue": wanted.queue or parts.settings.api_default_queue})
    _refuse_wrong(parts, wanted)
    add_and_queue(parts, caller.name, wanted, f"{wanted.name} · Python {wanted.python}")
    return show_environment(parts, caller.name, wanted.name)


def add_and_queue(parts: Parts, owner: str, wanted: NewEnvironment, display_name: str) -> str:
    """Add the environment and its first build, and return the build's id. Raises PublicError."""
    taken = PublicError(
        ErrorCode.CONFLICT, f"There is an environment called {wanted.name!r} already. Choose another name."
    )
    try:
        with parts.database.writing() as session:
            row = find_environment(session, owner, wanted.name)
            if row and (row.archive_sha256 or active_build(session, row.id)):
                raise taken
            if row:
                describe_environment(row, wanted, display_name)
            else:
                row = add_environment(session, owner, wanted, display_name)
                session.flush()
            # Only its owner makes an environment.
            build = add_build(session, row, owner)
    except IntegrityError as error:
        raise taken from error
    log.info("environment queued", environment=f"{owner}/{wanted.name}", build_id=build.id)
    return build.id


def rebuild_environment(parts: Parts, caller: Caller, owner: str, name: str) -> Build:
    """Queue another build: newer versions where the description allows them. Raises PublicError."""
    with parts.database.writing() as session:
        row = environment_row(session, owner, name)
        if active_build(session, row.id):
            raise PublicError(
                ErrorCode.CONFLICT,
                f"{row.full_name} is being built already. Wait for it, or cancel it first.",
            )
        build = add_build(session, row, caller.name)
        log.info("environment queued", environment=row.full_name, build_id=build.id)
        return build_from(session, build, row)


def delete_environment(parts: Parts, caller: Caller, owner: str, name: str) -> DeletedEnvironment:
    """Take the kernel away at once and give the name free; tell what stays and why."""
    with parts.database.writing() as session:
        row = environment_row(session, owner, name)
        # First the kernel: should anything fail after this, nobody starts what is half gone.
        remove_kernelspec(parts.settings.kernelspecs_dir, row.kernelspec)
        if build := active_build(session, row.id):
            request_cancel(session, build, caller.name)
        reason = _why_kept(session, row)
        row.state, row.deleted_at = EnvironmentState.DELETING.value, utc_now()
        tell_change(session, row)
    log.info("environment deleted", environment=row.full_name, archive_sha256=row.archive_sha256)
    return DeletedEnvironment(name=name, owner=owner, archive_kept=bool(reason), reason=reason)


def _why_kept(session: Session, row: EnvironmentRow) -> str:
    if row.archive_sha256 is None:
        return ""
    if others := environments_with(session, row.archive_sha256, besides=row.id):
        visible = [name for name in others if name.startswith(f"{row.owner}/")]
        return f"The archive stays: {', '.join(visible) or 'another environment'} has the same packages."
    if applications := applications_in(session, row.archive_sha256):
        return f"The archive stays until {', '.join(applications)} has ended."
    return ""


def _refuse_wrong(parts: Parts, wanted: NewEnvironment) -> None:
    settings = parts.settings
    found = [*problems(wanted.pip, wanted.conda), *_size_problems(wanted, settings)]
    if problem := _queue_problem(parts, wanted.queue):
        found.append(problem)
    if wanted.spark is not None and wanted.spark not in settings.sparks:
        offered = ", ".join(settings.sparks)
        found.append(f"spark: there is no Spark {wanted.spark} here; choose one of {offered}.")
    if found:
        raise PublicError(ErrorCode.INVALID_REQUEST, " ".join(found))


def _size_problems(wanted: NewEnvironment, settings: Settings) -> list[str]:
    limits = (
        ("driver_memory_mb", wanted.driver_memory_mb, settings.api_kernel_max_memory_mb),
        ("executor_memory_mb", wanted.executor_memory_mb, settings.api_kernel_max_memory_mb),
        ("executors", wanted.executors, settings.api_kernel_max_executors),
        ("executor_cores", wanted.executor_cores, settings.api_kernel_max_cores),
    )
    return [f"{name}: at most {most}, not {asked}." for name, asked, most in limits if asked > most]


def _queue_problem(parts: Parts, queue: str) -> str:
    with parts.database.reading() as session:
        seen = read_snapshot(session, "queues", QueueList)
    known = {one.name for one in seen.queues if one.is_leaf} | {
        one.path for one in seen.queues if one.is_leaf
    }
    known = known or {*USUAL_QUEUES, parts.settings.api_default_queue}
    if queue in known:
        return ""
    return f"queue: there is no queue called {queue!r}; choose one of {', '.join(sorted(known))}."
