"""Reads applications out of the mirror: one, a page, or the ones of a kernel."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kubeyard_client.messages.applications import ApplicationQuery
from kubeyard_client.messages.errors import ErrorCode
from sqlalchemy import ColumnElement, Select, func, literal, or_, select, tuple_, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from kubeyard_api.errors import PublicError
from kubeyard_api.storage.base import UtcDateTime
from kubeyard_api.storage.tables import ApplicationRow

WAITING_STATES = ("NEW", "NEW_SAVING", "SUBMITTED", "ACCEPTED")
NOT_YET = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Page:
    """Some of the rows that match, and where the next ones begin."""

    rows: Sequence[ApplicationRow]
    next_cursor: str | None
    total: int


def find_application(session: Session, application_id: str) -> ApplicationRow | None:
    """One application, or None."""
    return session.get(ApplicationRow, application_id)


def find_first_of_kernel(session: Session, kernel_id: str) -> ApplicationRow | None:
    """The first application that ran this kernel: whoever copies the tag later comes second."""
    return session.scalars(
        select(ApplicationRow)
        .where(ApplicationRow.kernel_id == kernel_id)
        .order_by(ApplicationRow.started_at, ApplicationRow.id)
        .limit(1)
    ).first()


def applications_of_kernels(
    session: Session, owner: str | None, kernel_ids: Sequence[str]
) -> list[ApplicationRow]:
    """The applications of these kernels and of every kernel that still lives in YARN, the newest last."""
    wanted = select(ApplicationRow).where(
        ApplicationRow.kernel_id.is_not(None),
        or_(ApplicationRow.is_active, ApplicationRow.kernel_id.in_(kernel_ids)),
    )
    if owner is not None:
        wanted = wanted.where(ApplicationRow.owner == owner)
    return list(session.scalars(wanted.order_by(ApplicationRow.started_at, ApplicationRow.id)))


def waiting_applications(session: Session) -> list[ApplicationRow]:
    """Everybody's that wait for their first container."""
    waiting = select(ApplicationRow).where(ApplicationRow.is_active, ApplicationRow.state.in_(WAITING_STATES))
    return list(session.scalars(waiting))


def list_applications(session: Session, query: ApplicationQuery, owner: str | None) -> Page:
    """One page of what matches. `owner` limits it to one user's, whatever the query asks for."""
    matching = _filtered(query, owner)
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    order = _Order.of(query.sort)
    if query.cursor is not None:
        matching = matching.where(order.after(query.cursor))
    rows = session.scalars(matching.order_by(*order.clauses()).limit(query.limit + 1)).all()
    page = rows[: query.limit]
    return Page(page, order.cursor_at(page[-1]) if len(rows) > query.limit else None, total)


def _filtered(query: ApplicationQuery, owner: str | None) -> Select[ApplicationRow]:
    found = select(ApplicationRow)
    if query.state:
        found = found.where(ApplicationRow.effective_state.in_([state.value for state in query.state]))
    if query.queue:
        found = found.where(ApplicationRow.queue == query.queue)
    if query.search:
        found = found.where(ApplicationRow.search_text.contains(query.search.lower(), autoescape=True))
    for name in {owner, query.owner} - {None}:
        found = found.where(ApplicationRow.owner == name)
    return found


@dataclass(frozen=True)
class _Order:
    """The order of a list. A cursor names the last row seen, so rows that come or go move nothing."""

    column: InstrumentedAttribute[Any]
    descending: bool

    @classmethod
    def of(cls, sort: str) -> "_Order":
        return cls(getattr(ApplicationRow, sort.removeprefix("-")), sort.startswith("-"))

    def clauses(self) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        keys = (self._key(), ApplicationRow.id.expression)
        return (keys[0].desc(), keys[1].desc()) if self.descending else (keys[0].asc(), keys[1].asc())

    def cursor_at(self, row: ApplicationRow) -> str:
        value = row.effective_state if self.column.key == "state" else getattr(row, self.column.key)
        if self.column.key == "finished_at":
            value = value or NOT_YET
        text = value.isoformat() if isinstance(value, datetime) else value
        return base64.urlsafe_b64encode(json.dumps([self.column.key, text, row.id]).encode()).decode()

    def after(self, cursor: str) -> ColumnElement[bool]:
        value, row_id = self._read(cursor)
        here = tuple_(self._key(), ApplicationRow.id)
        place = tuple_(literal(value, self.column.type), literal(row_id))
        return here < place if self.descending else here > place

    def _key(self) -> ColumnElement[Any]:
        if self.column.key == "finished_at":
            # What has not ended comes after everything that has; NULL itself has no place in an order.
            return func.coalesce(self.column, literal(NOT_YET, self.column.type))
        if self.column.key == "state":
            return type_coerce(ApplicationRow.effective_state, self.column.type)
        return self.column.expression

    def _read(self, cursor: str) -> tuple[Any, str]:
        try:
            name, value, row_id = json.loads(base64.urlsafe_b64decode(cursor))
            if name != self.column.key or not isinstance(row_id, str):
                raise ValueError("it belongs to another order")
            return self._typed(value), row_id
        except (ValueError, TypeError) as error:
            raise PublicError(
                ErrorCode.INVALID_REQUEST, "cursor: this is no cursor of a list in this order"
            ) from error

    def _typed(self, value: Any) -> Any:
        if isinstance(self.column.type, UtcDateTime):
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError("a moment without a zone")
            return moment
        if type(value) is not self.column.type.python_type:
            raise ValueError("a value of another kind")
        return value
