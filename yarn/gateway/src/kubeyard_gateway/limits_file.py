"""What a person and a group may hold: a file of the administrators, read again when it changes."""

import json
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

log = structlog.get_logger("kubeyard_gateway")


class Amounts(BaseModel):
    """The most of each; what is left out is not limited."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kernels: int | None = Field(default=None, ge=0)
    memory_mb: int | None = Field(default=None, ge=0)
    cores: int | None = Field(default=None, ge=0)


class GroupLimits(BaseModel):
    """What all members hold together, and what each of them may hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    together: Amounts = Amounts()
    each: Amounts = Amounts()


class Limits(BaseModel):
    """The whole file. A person's own limit counts before those of groups, and those before everyone's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # Whom to ask for more, in words for people.
    set_by: str = "the platform's administrators"
    everyone: Amounts = Amounts()
    users: dict[str, Amounts] = {}
    groups: dict[str, GroupLimits] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is limited."""
        return not self.users and not self.groups and self.everyone == Amounts()


class LimitsFile:
    """The limits in force: the file's, or the last good ones while it cannot be read."""

    def __init__(self, path: Path | None) -> None:
        """Read the file; raises ValueError with its name and what is wrong. None limits nothing."""
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._limits = Limits()
        if path is not None:
            self._limits, self._stamp = _read(path), _stamp_of(path)

    def now(self) -> Limits:
        """Return the limits, read again where the file was replaced."""
        if self._path is None:
            return self._limits
        stamp = _stamp_of(self._path)
        if stamp != self._stamp:
            # Told once for each state of the file, not with each start.
            self._stamp = stamp
            try:
                self._limits = _read(self._path)
                log.info("limits_read", file=str(self._path))
            except ValueError as error:
                log.error("limits_not_read", reason=str(error), next="the limits before it stay in force")
        return self._limits


def _stamp_of(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def limits_in(content: bytes, source: str) -> Limits:
    """Return the limits of a file's content; raises ValueError with `source` and what is wrong."""
    try:
        return Limits.model_validate(json.loads(content))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{source}: {place}: {first['msg']}") from None
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from None


def _read(path: Path) -> Limits:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: {error}") from None
    return limits_in(content, str(path))
