"""Answers of the API, and the last good one of each question while it is out of reach."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar, cast

import structlog
from flask import current_app, g
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types
from kubeyard_client.errors import ApiError, ApiUnreachable

Answer = TypeVar("Answer")
EXTENSION = "kubeyard-last-known"
IN_VAIN = "kubeyard_asked_in_vain"
REMEMBERED_ANSWERS = 2000
FIRST_FAULT_STATUS = 500
API_AWAY = "The API server is out of reach."
API_UNREADABLE = (
    "The API server answers what the web UI cannot read: they may be of different versions. An administrator "
    "compares them, and reads the web UI's log."
)
log = structlog.get_logger()


@dataclass(frozen=True)
class Known(Generic[Answer]):
    """What is known: fresh when there is no problem, else the last good answer, if there ever was one."""

    value: Answer | None
    as_of: datetime | None = None
    problem: str = ""
    # Since when nothing could be asked, as far as this process has noticed.
    since: datetime | None = None

    @property
    def is_stale(self) -> bool:
        """Whether the value is old or missing."""
        return bool(self.problem)


class LastKnown:
    """The last good answers by who asked and what, the least used forgotten first."""

    def __init__(self, size: int = REMEMBERED_ANSWERS) -> None:
        self._size = size
        self._answers: OrderedDict[tuple[str, str], tuple[datetime, object]] = OrderedDict()
        self._away_since: datetime | None = None
        self._lock = threading.Lock()

    def remember(self, who: str, question: str, answer: object) -> None:
        """Keep an answer until a newer one comes."""
        with self._lock:
            self._away_since = None
            self._answers[who, question] = (datetime.now(UTC), answer)
            self._answers.move_to_end((who, question))
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)

    def missed(self) -> datetime:
        """Note that nobody answers, and return since when."""
        with self._lock:
            self._away_since = self._away_since or datetime.now(UTC)
            return self._away_since

    def recall(self, who: str, question: str) -> tuple[datetime, object] | None:
        """Return when the question was last answered, and the answer."""
        with self._lock:
            return self._answers.get((who, question))


def last_known() -> LastKnown:
    """Return what the application that answers this request remembers."""
    return cast("LastKnown", current_app.extensions.setdefault(EXTENSION, LastKnown()))


def ask(question: str, call: Callable[[], Answer]) -> Known[Answer]:
    """Ask the API in the visitor's name. Nobody is ever shown what another person was told."""
    return _ask(str(current_user.name), question, call)


def ask_again_after(age: timedelta, question: str, call: Callable[[], Answer]) -> Known[Answer]:
    """Ask what is the same for everybody, at most once in `age`."""
    found = last_known().recall("", question)
    if found and datetime.now(UTC) - found[0] < age:
        return Known(cast("Answer", found[1]), as_of=found[0])
    return _ask("", question, call)


def _ask(who: str, question: str, call: Callable[[], Answer]) -> Known[Answer]:
    """Ask, unless this page has asked in vain already: each of its questions would wait as long again."""
    if in_vain := g.get(IN_VAIN):
        return _old(who, question, in_vain)
    try:
        answer = call()
    except ApiError as error:
        if isinstance(error, ApiUnreachable):
            _note(error)
        return _old(who, question, error)
    last_known().remember(who, question, answer)
    return Known(answer, as_of=datetime.now(UTC))


def _note(error: ApiUnreachable) -> None:
    if error.answered:
        log.warning("api-unreadable", reason=str(error))
    else:
        setattr(g, IN_VAIN, error)


def _old(who: str, question: str, error: ApiError) -> Known[Answer]:
    """Return the last good answer when the API is away or broken; a refusal is raised."""
    if not isinstance(error, ApiUnreachable) and error.status < FIRST_FAULT_STATUS:
        raise error
    problem, since = _problem(error)
    found = last_known().recall(who, question)
    if found is None:
        return Known(None, problem=problem, since=since)
    return Known(cast("Answer", found[1]), as_of=found[0], problem=problem, since=since)


def _problem(error: ApiError) -> tuple[str, datetime | None]:
    """What people are told, and since when nobody answers."""
    if not isinstance(error, ApiUnreachable):
        return error.detail, None
    return (API_UNREADABLE, None) if error.answered else (API_AWAY, last_known().missed())
