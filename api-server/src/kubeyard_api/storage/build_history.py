"""The builds that an environment has had."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import Session

from kubeyard_api.storage.environments_tables import BuildRow

NEWEST_FIRST = (BuildRow.created_at.desc(), BuildRow.id.desc())


@dataclass(frozen=True)
class BuildHistory:
    """Some builds of one environment, how many there are in all, and where the earlier ones begin."""

    rows: Sequence[BuildRow]
    total: int
    next_cursor: str | None


def builds_of(session: Session, environment_id: str, cursor: str | None, limit: int) -> BuildHistory | None:
    """The newest, or those behind the build that `cursor` names; None when that is no build of it."""
    mine = select(BuildRow).where(BuildRow.environment_id == environment_id)
    total = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    if cursor is not None:
        # Builds stay, so the last one seen marks the place, whatever was built meanwhile.
        last = session.scalar(mine.where(BuildRow.id == cursor))
        if last is None:
            return None
        place = tuple_(literal(last.created_at, BuildRow.created_at.type), literal(last.id))
        mine = mine.where(tuple_(BuildRow.created_at, BuildRow.id) < place)
    rows = session.scalars(mine.order_by(*NEWEST_FIRST).limit(limit + 1)).all()
    page = rows[:limit]
    return BuildHistory(page, total, page[-1].id if len(rows) > limit else None)
