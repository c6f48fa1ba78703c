"""Answers of the API, and the last good one of each question while it is out of reach."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar, cast

from flask import current_app
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types
from kubeyard_client.errors import ApiError, ApiUnreachable

Answer = TypeVar("Answer")
EXTENSION = "kubeyard-last-known"
REMEMBERED_ANSWERS = 2000
FIRST_FAULT_STATUS = 500
API_AWAY = "The API server is out of reach."


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
    who = str(current_user.name)
    try:
        answer = call()
    except ApiError as error:
        return _old(who, question, error)
    last_known().remember(who, question, answer)
    return Known(answer, as_of=datetime.now(UTC))


def ask_again_after(age: timedelta, question: str, call: Callable[[], Answer]) -> Known[Answer]:
    """Ask what is the same for everybody, at most once in `age`."""
    found = last_known().recall("", question)
    if found and datetime.now(UTC) - found[0] < age:
        return Known(cast("Answer", found[1]), as_of=found[0])
    try:
        answer = call()
    except ApiError as error:
        return _old("", question, error)
    last_known().remember("", question, answer)
    return Known(answer, as_of=datetime.now(UTC))


def _old(who: str, question: str, error: ApiError) -> Known[Answer]:
    """Return the last good answer when the API is away or broken; a refusal is raised."""
    if not isinstance(error, ApiUnreachable) and error.status < FIRST_FAULT_STATUS:
        raise error
    is_away = isinstance(error, ApiUnreachable)
    problem, since = (API_AWAY, last_known().missed()) if is_away else (error.detail, None)
    found = last_known().recall(who, question)
    if found is None:
        return Known(None, problem=problem, since=since)
    return Known(cast("Answer", found[1]), as_of=found[0], problem=problem, since=since)
