"""Builds for a user: list, show and cancel."""

from kubeyard_client.messages.environments import Build, BuildPage, BuildQuery, BuildState
from kubeyard_client.messages.errors import ErrorCode
from kubeyard_identity import Caller
from sqlalchemy.orm import Session

from kubeyard_api.errors import PublicError, not_found
from kubeyard_api.logs import logger
from kubeyard_api.parts import Parts
from kubeyard_api.services.environment_messages import build_from, builds_from
from kubeyard_api.services.environments import environment_row
from kubeyard_api.storage.build_history import builds_of
from kubeyard_api.storage.builds import find_build, request_cancel
from kubeyard_api.storage.environments_tables import BuildRow, EnvironmentRow

log = logger(__name__)


def list_builds(parts: Parts, owner: str, name: str, query: BuildQuery) -> BuildPage:
    """The builds of an environment, the newest first. Raises PublicError."""
    with parts.database.reading() as session:
        environment = environment_row(session, owner, name)
        history = builds_of(session, environment.id, query.cursor, query.limit)
        if history is None:
            raise PublicError(
                ErrorCode.INVALID_REQUEST, f"cursor: {environment.full_name} has had no such build."
            )
        builds = builds_from(session, history.rows, environment)
        return BuildPage(builds=builds, total=history.total, next_cursor=history.next_cursor)


def show_build(parts: Parts, build_id: str) -> Build:
    """One build. Raises PublicError."""
    with parts.database.reading() as session:
        row = build_row(session, build_id)
        return build_from(session, row, session.get_one(EnvironmentRow, row.environment_id))


def build_row(session: Session, build_id: str) -> BuildRow:
    """Its row. Raises PublicError."""
    row = find_build(session, build_id)
    if row is None:
        raise not_found("build")
    return row


def cancel_build(parts: Parts, caller: Caller, build_id: str) -> Build:
    """Ask for its end. Raises PublicError."""
    with parts.database.writing() as session:
        row = build_row(session, build_id)
        if BuildState(row.state).is_final:
            raise PublicError(ErrorCode.CONFLICT, f"This build has already ended: it is {row.state}.")
        request_cancel(session, row, caller.name)
    log.info("build cancelled", build_id=build_id)
    return show_build(parts, build_id)
