"""Applications for a user: list, show, end."""

import re
from collections.abc import Sequence

from kubeyard_client.messages.applications import Application, ApplicationPage, ApplicationQuery
from kubeyard_client.messages.errors import ErrorCode
from kubeyard_identity import Caller

from kubeyard_api.errors import PublicError, not_found
from kubeyard_api.gateway import GatewayUnreachable
from kubeyard_api.logs import logger
from kubeyard_api.parts import Parts
from kubeyard_api.services.application_messages import (
    Beside,
    application_from,
    is_made_ahead,
    places_of,
    untaken_spares,
)
from kubeyard_api.storage.applications import (
    find_application,
    list_applications,
    waiting_applications,
)
from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.mirror import mark_killing
from kubeyard_api.storage.snapshots import APPLICATIONS, read_freshness
from kubeyard_api.storage.tables import ApplicationRow

log = logger(__name__)


def page_of_applications(
    parts: Parts, caller: Caller, query: ApplicationQuery, token: str
) -> ApplicationPage:
    """One page: a user's own, or everybody's for an administrator."""
    with parts.database.reading() as session:
        page = list_applications(session, query, None if caller.is_admin else caller.name)
        fresh = read_freshness(session, APPLICATIONS)
        places = places_of(waiting_applications(session))
    now = utc_now()
    beside = Beside(places, _spares(parts, page.rows, token))
    return ApplicationPage(
        applications=tuple(application_from(row, now, beside) for row in page.rows),
        next_cursor=page.next_cursor,
        total=page.total,
        as_of=fresh.as_of,
        reachable=fresh.reachable,
        reason=fresh.reason,
        version=fresh.version,
    )


def show_application(parts: Parts, application_id: str, token: str) -> Application:
    """One application as last seen. Raises PublicError."""
    row = application_row(parts, application_id)
    with parts.database.reading() as session:
        places = places_of(waiting_applications(session))
    return application_from(row, utc_now(), Beside(places, _spares(parts, [row], token)))


def _spares(parts: Parts, rows: Sequence[ApplicationRow], token: str) -> frozenset[str]:
    """Which of the rows are nobody's kernel yet; none while the gateway cannot be asked."""
    if not any(row.is_active and is_made_ahead(row) for row in rows):
        return frozenset()
    try:
        live = parts.gateway.kernels(token)
    except GatewayUnreachable:
        return frozenset()
    return untaken_spares(rows, live)


def application_row(parts: Parts, application_id: str) -> ApplicationRow:
    """The mirror's row of one application. Raises PublicError."""
    with parts.database.reading() as session:
        row = find_application(session, application_id)
    if row is None:
        raise not_found("application")
    return row


def kill_application(
    parts: Parts, caller: Caller, application_id: str, reason: str, token: str
) -> Application:
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
    return show_application(parts, application_id, token)


def _diagnostics(caller: Caller, reason: str) -> str:
    # One line: YARN puts it between its own lines, where a second line could be taken for YARN's.
    said = re.sub(r"\s+", " ", "".join(char if char.isprintable() else " " for char in reason)).strip()
    return f"Killed by {caller.name} from Kubeyard" + (f": {said}" if said else "")
