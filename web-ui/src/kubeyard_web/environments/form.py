"""The form that makes a kernel: what was typed, what is wrong with it, and what to ask of the API."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kubeyard_client.messages.environments import Environment, NewEnvironment, ParsedPackages
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from kubeyard_web.presentation.times import duration

NUMBERS = ("driver_memory_mb", "executor_memory_mb", "executors", "executor_cores")
TYPED = (*NUMBERS, "name", "visibility", "conda", "pip", "queue", "cull_idle_seconds", "spark", "pasted")
WRONG = {
    "name": "Use 2 to 63 lower-case letters, digits and hyphens, beginning with a letter or digit.",
    "driver_memory_mb": "Give a whole number of MiB, 512 or more.",
    "executor_memory_mb": "Give a whole number of MiB, 512 or more.",
    "executors": "Give a whole number, 0 or more.",
    "executor_cores": "Give a whole number, 1 or more.",
    "queue": "Choose a queue.",
    "cull_idle_seconds": "Choose one of the times.",
    "spark": "Choose one of the versions.",
    "visibility": "Choose who may use it.",
    "conda": "Give at most 300 packages, one a line, each of at most 500 characters.",
    "pip": "Give at most 300 packages, one a line, each of at most 500 characters.",
}


# In seconds, as texts of the form.
IDLE_TIMES = {
    "": "As the platform does",
    "1800": "30 minutes",
    "7200": "2 hours",
    "28800": "8 hours",
    "86400": "1 day",
    "604800": "1 week",
    "0": "Never",
}


@dataclass(frozen=True)
class Form:
    """The fields as they stand in the page, as text."""

    name: str = ""
    visibility: str = "private"
    conda: str = ""
    pip: str = ""
    driver_memory_mb: str = "1024"
    executor_memory_mb: str = "1024"
    executors: str = "1"
    executor_cores: str = "1"
    # Empty is the platform's own.
    queue: str = ""
    # Seconds; empty is as the platform does.
    cull_idle_seconds: str = ""
    # Empty is the platform's own.
    spark: str = ""
    pasted: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, typed: MultiDict[str, str]) -> "Form":
        """Take over what was typed."""
        fields: dict[str, Any] = {name: typed[name].strip()[:200_000] for name in TYPED if name in typed}
        return cls(**fields)

    @classmethod
    def like(cls, environment: Environment, name: str) -> "Form":
        """Begin with what another environment has."""
        numbers: dict[str, Any] = {number: str(getattr(environment, number)) for number in NUMBERS}
        return cls(
            name=name,
            visibility=environment.visibility,
            conda="\n".join(environment.conda),
            pip="\n".join(environment.pip),
            queue=environment.queue,
            cull_idle_seconds="" if (idle := environment.cull_idle_seconds) is None else str(idle),
            spark=environment.spark or "",
            **numbers,
        )

    @property
    def idle_times(self) -> dict[str, str]:
        """The times to choose from, and the one of the environment that this one is like."""
        own = self.cull_idle_seconds
        more = {own: duration(float(own))} if own.isdecimal() and own not in IDLE_TIMES else {}
        return IDLE_TIMES | more

    def with_packages(self, parsed: ParsedPackages) -> "Form":
        """Add what a pasted file asks for; lines that were refused stay to be mended."""
        problems = "; ".join(f"line {wrong.line}: {wrong.reason}" for wrong in parsed.problems)
        return replace(
            self,
            name=self.name or (parsed.name or ""),
            conda=_joined(self.conda, parsed.conda),
            pip=_joined(self.pip, parsed.pip),
            pasted="\n".join(wrong.text for wrong in parsed.problems),
            errors={"pasted": f"Not taken over: {problems}."} if problems else {},
        )

    def with_queue(self, open_queues: Sequence[str], usual: str) -> "Form":
        """Choose the platform's own queue where none was chosen, or one that takes applications at all."""
        first = usual if usual in open_queues else next(iter(open_queues), usual)
        return replace(self, queue=self.queue or first)

    def with_error(self, name: str, message: str) -> "Form":
        """Say what is wrong beside a field, or above the form where no field has that name."""
        return replace(self, errors={**self.errors, name if name in WRONG else "form": message})

    def checked(self) -> "NewEnvironment | Form":
        """Return what to ask for, or the form with a message beside each wrong field."""
        fields = {name: getattr(self, name) for name in (*NUMBERS, "name", "visibility", "queue")}
        fields |= {name: getattr(self, name) or None for name in ("cull_idle_seconds", "spark")}
        try:
            return NewEnvironment(conda=_lines(self.conda), pip=_lines(self.pip), **fields)
        except ValidationError as error:
            wrong = {str(problem["loc"][0]) for problem in error.errors()}
        return replace(self, errors={name: WRONG.get(name, "This cannot be used.") for name in wrong})


def _lines(text: str) -> tuple[str, ...]:
    """Return the packages of a field: one a line, comments and empty lines left out."""
    lines = (line.partition(" #")[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def _joined(text: str, more: tuple[str, ...]) -> str:
    there = _lines(text)
    return "\n".join((*there, *(line for line in more if line not in there)))
