"""Applications on YARN, their containers and their logs."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from kubeyard_client.messages.base import Message, Request
from kubeyard_client.messages.cluster import Seen
from kubeyard_client.messages.reasons import QueuePlace, Reason


class ApplicationState(StrEnum):
    """Where an application is in its life, in YARN's words: FINISHED does not say whether it went well."""

    NEW = "NEW"
    NEW_SAVING = "NEW_SAVING"
    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"
    UNKNOWN = "UNKNOWN"

    @property
    def is_final(self) -> bool:
        """Whether the application has ended, in whatever way."""
        return self in (ApplicationState.FINISHED, ApplicationState.FAILED, ApplicationState.KILLED)


class Application(Message):
    """One application, joined with the kernel and the environment that it runs."""

    id: str
    name: str
    owner: str
    queue: str
    application_type: str
    state: ApplicationState
    final_status: str = Field(description="What the application said of itself when it ended")
    effective_state: ApplicationState = Field(
        description="The state, but FAILED or KILLED where one that is FINISHED said that of itself"
    )
    memory_mb: int
    vcores: int
    running_containers: int
    progress_percent: float
    started_at: datetime | None
    finished_at: datetime | None
    elapsed_seconds: float
    diagnostics: str
    kernel_id: str | None
    kernelspec: str | None
    environment: str | None = Field(description="owner/name of the environment")
    environment_hash: str | None
    am_host: str
    am_container_id: str
    tags: tuple[str, ...]
    killing: bool = Field(description="A kill was asked for that YARN has not confirmed yet")
    is_spare: bool = Field(
        default=False, description="A warm kernel that waits for its person's next start; nobody uses it yet"
    )
    reason: Reason | None = Field(
        default=None, description="Why it waits, failed or was killed; absent where all is well"
    )
    place: QueuePlace | None = Field(default=None, description="Its place in the queue while it waits")
    version: int


ApplicationSort = Literal[
    "started_at",
    "-started_at",
    "finished_at",
    "-finished_at",
    "name",
    "-name",
    "owner",
    "-owner",
    "queue",
    "-queue",
    "state",
    "-state",
    "memory_mb",
    "-memory_mb",
    "vcores",
    "-vcores",
]


class ApplicationQuery(Request):
    """Which applications, in which order. A user sees his own, an administrator everybody's."""

    state: tuple[ApplicationState, ...] = Field(
        default=(), description="The effective state: FINISHED is what ended well"
    )
    owner: str | None = Field(default=None, max_length=63)
    queue: str | None = Field(default=None, max_length=200)
    search: str | None = Field(
        default=None, max_length=200, description="Part of the id, name, owner or a tag"
    )
    sort: ApplicationSort = "-started_at"
    cursor: str | None = Field(default=None, max_length=1000, description="next_cursor of the page before")
    limit: int = Field(default=50, ge=1, le=500)


class ApplicationPage(Seen):
    """One page; `next_cursor` is absent on the last one."""

    applications: tuple[Application, ...]
    next_cursor: str | None
    total: int = Field(description="How many match, on all pages")


class KillRequest(Request):
    """Why an application is ended, for its diagnostics."""

    reason: str = Field(default="", max_length=200)


class Container(Message):
    """One container of an application whose logs can be read."""

    id: str
    node: str
    files: tuple[str, ...]
    is_running: bool


class ContainerList(Message):
    """The containers of one application."""

    containers: tuple[Container, ...]


class LogQuery(Request):
    """Which part of which file. Without a container: the ApplicationMaster's."""

    container: str | None = Field(default=None, pattern=r"^container_[0-9a-z_]{10,100}$")
    file: str = Field(default="stdout", pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$")
    offset: int = Field(default=0, ge=0, description="The first byte wanted")
    length: int = Field(default=262_144, ge=1, le=4_194_304, description="At most so many bytes")


class LogChunk(Message):
    """A part of a log file; `next_offset` is where the next part starts."""

    container: str
    file: str
    offset: int
    next_offset: int
    text: str
    at_end: bool = Field(description="Nothing lies behind this part for now")
    is_running: bool = Field(description="More may still be written")
