"""Applications for a user: list, show, end."""

import json
import re
from datetime import datetime

from kubeyard_client.messages.applications import (
    Application,
    ApplicationPage,
    ApplicationQuery,
    ApplicationState,
)
from kubeyard_client.messages.errors import ErrorCode
from kubeyard_identity import Caller

from kubeyard_api.errors import PublicError, not_found
from kubeyard_api.logs import logger
from kubeyard_api.parts import Parts
from kubeyard_api.storage.applications import find_application, list_applications
from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.mirror import mark_killing
from kubeyard_api.storage.snapshots import APPLICATIONS, read_freshness
from kubeyard_api.storage.tables import ApplicationRow

log = logger(__name__)


def application_from(row: ApplicationRow, now: datetime | None = None) -> Application:
    """The mirror's row in the words of the API."""
    ended_at = row.finished_at or now or utc_now()
    return Application(
        id=row.id,
        name=row.name,
        owner=row.owner,
        queue=row.queue,
        application_type=row.application_type,
        state=ApplicationState(row.state),
        final_status=row.final_status,
        effective_state=ApplicationState(row.effective_state),
        memory_mb=row.memory_mb,
        vcores=row.vcores,
        running_containers=row.running_containers,
        progress_percent=row.progress_percent,
        started_at=row.started_at,
        finished_at=row.finished_at,
        elapsed_seconds=round(max(0.0, (ended_at - row.started_at).total_seconds()), 3),
        diagnostics=row.diagnostics,
        kernel_id=row.kernel_id,
        kernelspec=row.kernelspec,
        environment=environment_of(row.kernelspec),
        environment_hash=row.environment_hash,
        am_host=row.am_host,
        am_container_id=row.am_container_id,
        tags=tuple(json.loads(row.tags)),
        killing=row.is_active and row.killing_by is not None,
        version=row.version,
    )


def environment_of(kernelspec: str | None) -> str | None:
    """`owner/name` of the environment behind a kernelspec `owner.name`: owners may have dots, names none."""
    owner, _, name = (kernelspec or "").rpartition(".")
    return f"{owner}/{name}" if owner and name else None


def page_of_applications(parts: Parts, caller: Caller, query: ApplicationQuery) -> ApplicationPage:
    """One page: a user's own, or everybody's for an administrator."""
    with parts.database.reading() as session:
        page = list_applications(session, query, None if caller.is_admin else caller.name)
        fresh = read_freshness(session, APPLICATIONS)
    now = utc_now()
    return ApplicationPage(
        applications=tuple(application_from(row, now) for row in page.rows),
        next_cursor=page.next_cursor,
        total=page.total,
        as_of=fresh.as_of,
        reachable=fresh.reachable,
        reason=fresh.reason,
        version=fresh.version,
    )


def show_application(parts: Parts, application_id: str) -> Application:
    """One application as last seen. Raises PublicError."""
    return application_from(application_row(parts, application_id))


def application_row(parts: Parts, application_id: str) -> ApplicationRow:
    """The mirror's row of one application. Raises PublicError."""
    with parts.database.reading() as session:
        row = find_application(session, application_id)
    if row is None:
        raise not_found("application")
    return row


def kill_application(parts: Parts, caller: Caller, application_id: str, reason: str) -> Application:
    """Ask YARN for its end; the mirror shows it as being killed until YARN confirms."""
    row = application_row(parts, application_id)
    if not row.is_active:
        raise PublicError(
            ErrorCode.CONFLICT, f"{application_id} has already ended: it is {row.effective_state}."
        )
    parts.resource_manager.kill(application_id, _diagnostics(caller, reason))
    log.info("application killed", application_id=application_id, owner=row.owner)
    with parts.database.writing() as session:
        mark_killing(session, application_id, caller.name)
    return show_application(parts, application_id)


def _diagnostics(caller: Caller, reason: str) -> str:
    # One line: YARN puts it between its own lines, where a second line could be taken for YARN's.
    said = re.sub(r"\s+", " ", "".join(char if char.isprintable() else " " for char in reason)).strip()
    return f"Killed by {caller.name} from Kubeyard" + (f": {said}" if said else "")
