"""Environments: the packages of a kernel, its size on Spark, and the builds that made it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator

from kubeyard_client.messages.base import Message, Request

NAME_PATTERN = r"^[a-z0-9][a-z0-9-]{1,62}$"
MOST_PACKAGES = 300
# Shorter, a kernel would go while its person reads.
SHORTEST_IDLE_SECONDS = 60
SPARK_PATTERN = r"^[0-9]+\.[0-9]+$"
PackageLine = Annotated[str, Field(min_length=1, max_length=500)]
PackageLines = Annotated[tuple[PackageLine, ...], Field(max_length=MOST_PACKAGES)]


class EnvironmentVisibility(StrEnum):
    """Who may start a kernel with it."""

    PRIVATE = "private"
    PUBLIC = "public"


class EnvironmentState(StrEnum):
    """What a user may expect of an environment. One that is built anew stays usable as it was."""

    QUEUED = "queued"
    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELETING = "deleting"


class BuildState(StrEnum):
    """Where a build is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether the build has ended, in whatever way."""
        return self in (BuildState.SUCCEEDED, BuildState.FAILED, BuildState.CANCELLED)


class BuildStepName(StrEnum):
    """The steps of every build, in order."""

    VALIDATE = "validate"
    SOLVE = "solve"
    INSTALL = "install"
    SMOKE_TEST = "smoke test"
    PACK = "pack"
    PUBLISH = "publish"
    REGISTER = "register"


class StepState(StrEnum):
    """How far one step is. A step is skipped when the same archive exists already."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


class BuildStep(Message):
    """One step of one build."""

    name: BuildStepName
    state: StepState = StepState.WAITING
    started_at: datetime | None = None
    finished_at: datetime | None = None


class BuildError(Message):
    """Why a build failed: a word for programs, and a plain reason with the next step."""

    code: str
    detail: str


class BuildWorker(Message):
    """Whether anybody works on builds. While nobody does, they wait and keep their places."""

    healthy: bool
    silent_since: datetime | None = Field(
        default=None, description="When a worker last answered; absent while one does, or if none ever has"
    )


class Build(Message):
    """One attempt to make an environment's archive and kernel."""

    id: str
    owner: str
    environment: str = Field(description="The environment's name")
    state: BuildState
    step: BuildStepName | None = Field(description="The step that runs, or in which the build ended")
    steps: tuple[BuildStep, ...]
    error: BuildError | None
    requested_by: str | None = Field(description="Who asked for it; absent where that was not kept yet")
    cancel_requested_by: str | None
    queue_position: int | None = Field(description="1 is next; absent unless the build waits")
    worker: BuildWorker = Field(description="Whether anybody works on builds now")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class BuildQuery(Request):
    """Which builds of an environment."""

    cursor: str | None = Field(
        default=None, pattern=r"^[0-9a-f]{32}$", description="next_cursor of the page before"
    )
    limit: int = Field(default=20, ge=1, le=100)


class BuildPage(Message):
    """One page of builds, the newest first; `next_cursor` is absent on the last one."""

    builds: tuple[Build, ...]
    next_cursor: str | None
    total: int = Field(description="How many there are, on all pages")


class Environment(Message):
    """A named environment. `hash` is the digest of the archive that its kernel runs in."""

    name: str
    owner: str
    visibility: EnvironmentVisibility
    python: str
    conda: tuple[str, ...]
    pip: tuple[str, ...]
    driver_memory_mb: int
    executor_memory_mb: int
    executors: int
    executor_cores: int
    queue: str
    cull_idle_seconds: int | None = Field(
        default=None, description="After so long without use its kernels are stopped; 0: never"
    )
    spark: str | None = Field(
        default=None, description="The Spark of its kernels; absent: the platform's own"
    )
    state: EnvironmentState
    hash: str | None
    size_bytes: int | None
    kernelspec: str | None = Field(description="The kernel's name; absent until a build has succeeded")
    display_name: str
    created_at: datetime
    updated_at: datetime
    latest_build: Build | None


class EnvironmentList(Message):
    """The caller's environments and the public ones, or everybody's for an administrator."""

    environments: tuple[Environment, ...]
    worker: BuildWorker = Field(description="Whether anybody works on builds now")


class NewEnvironment(Request):
    """What to build. Lines as in requirements.txt (pip) and as in environment.yml (conda)."""

    name: str = Field(pattern=NAME_PATTERN)
    visibility: EnvironmentVisibility = EnvironmentVisibility.PRIVATE
    python: str = Field(default="3.11", pattern=r"^3\.[0-9]{1,2}$")
    conda: PackageLines = ()
    pip: PackageLines = ()
    driver_memory_mb: int = Field(default=1024, ge=512)
    executor_memory_mb: int = Field(default=1024, ge=512)
    executors: int = Field(default=1, ge=0)
    executor_cores: int = Field(default=1, ge=1)
    queue: str = Field(
        default="", max_length=200, description="Empty: the platform's own, `default_queue` of /queues"
    )
    cull_idle_seconds: int | None = Field(
        default=None,
        ge=0,
        le=31 * 86_400,
        description="After so long without use its kernels stop; 0: never, absent: as the platform does",
    )
    spark: str | None = Field(
        default=None, pattern=SPARK_PATTERN, description="One of those of /sparks; absent: the platform's own"
    )

    @field_validator("cull_idle_seconds")
    @classmethod
    def _leaves_time_to_think(cls, value: int | None) -> int | None:
        if value is not None and 0 < value < SHORTEST_IDLE_SECONDS:
            raise ValueError(f"give 0 for never, or {SHORTEST_IDLE_SECONDS} seconds or more")
        return value


class DeletedEnvironment(Message):
    """What a deletion did at once, and what it left and why."""

    name: str
    owner: str
    archive_kept: bool
    reason: str


class PastedText(Request):
    """The text of a requirements.txt or an environment.yml."""

    text: str = Field(max_length=100_000)


class PackageProblem(Message):
    """A line that cannot be taken, and why."""

    line: int = Field(description="Counted from 1")
    text: str
    reason: str


class ParsedPackages(Message):
    """The packages of a pasted text, sorted by who installs them, and the lines that were refused."""

    name: str | None = Field(description="The name that an environment.yml gives itself")
    conda: tuple[str, ...]
    pip: tuple[str, ...]
    problems: tuple[PackageProblem, ...]


class LogOffset(Request):
    """From where on to read a build's log."""

    offset: int = Field(default=0, ge=0, description="The first byte wanted")


class SparkList(Message):
    """The Spark that kernels run on, and those that an environment may choose."""

    own: str = Field(description="The platform's own, which kernels run on that say nothing else")
    offered: tuple[str, ...] = Field(description="All that may be chosen, the newest first")


class Channel(Message):
    """One conda channel that packages may come from."""

    name: str
    reachable: bool
    reason: str
    checked_at: datetime


class ChannelList(Message):
    """The conda channels of this platform, first the one that wins."""

    channels: tuple[Channel, ...]
