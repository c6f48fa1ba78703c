"""Live kernels: what the gateway says of them, joined with the application that each one is."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from kubeyard_client.messages.applications import Application
from kubeyard_client.messages.base import Message
from kubeyard_client.messages.reasons import QueuePlace, Reason


class KernelState(StrEnum):
    """What a kernel is doing."""

    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    RECONNECTING = "reconnecting"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    DEAD = "dead"
    UNKNOWN = "unknown"


class StartStage(Message):
    """One stage of a kernel's start: requested, submitted, claimed, container, python, ready or spark."""

    name: str
    at: datetime
    seconds: float = Field(description="Since the start was asked for")


class KernelStart(Message):
    """How the last start or restart of a kernel went."""

    warm: bool = Field(description="It took over a kernel that ran already")
    cold_reason: str = Field(description="Why no warm kernel was there to be taken; empty for a warm start")
    stages: tuple[StartStage, ...]


class Idleness(Message):
    """What a kernel that nobody uses costs."""

    since: datetime
    seconds: float
    memory_mb_seconds: int = Field(description="Memory held, times how long it was idle")
    stopped_at: datetime | None = Field(
        default=None, description="When it will be stopped if it stays idle; absent where that never happens"
    )


class Kernel(Message):
    """One kernel."""

    id: str
    owner: str
    kernelspec: str
    environment: str | None
    notebook: str | None = Field(
        default=None,
        description="Path of its notebook in its owner's JupyterLab; absent where no notebook has it",
    )
    state: KernelState
    connections: int | None
    last_activity_at: datetime | None
    started_at: datetime | None
    application: Application | None
    start: KernelStart | None = Field(default=None, description="Absent while nobody can tell")
    idle: Idleness | None = Field(default=None, description="Absent unless the kernel is idle")
    reason: Reason | None = Field(default=None, description="Why it is dead, or what it waits for")
    place: QueuePlace | None = Field(default=None, description="Its place in the queue while it waits")


class EndedKernel(Message):
    """A kernel that has ended, or that did not come to life, and why."""

    id: str
    owner: str
    kernelspec: str
    environment: str | None
    application_id: str = Field(description="Empty where none was submitted")
    ended_at: datetime
    reason: Reason
    traceback: str = Field(default="", description="Of a kernel whose Python failed as it started")


class KernelList(Message):
    """The kernels of the caller, or of everybody for an administrator."""

    kernels: tuple[Kernel, ...]
    spares: tuple[Application, ...] = Field(
        default=(), description="Warm kernels that wait for their person's next start"
    )
    ended: tuple[EndedKernel, ...] = Field(default=(), description="Those of the last day, the newest first")
    gateway_reachable: bool
    gateway_reason: str
