"""Live kernels: what the gateway says of them, joined with the application that each one is."""

from datetime import datetime
from enum import StrEnum

from kubeyard_client.messages.applications import Application
from kubeyard_client.messages.base import Message


class KernelState(StrEnum):
    """What a kernel is doing."""

    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    DEAD = "dead"
    UNKNOWN = "unknown"


class Kernel(Message):
    """One kernel."""

    id: str
    owner: str
    kernelspec: str
    environment: str | None
    state: KernelState
    connections: int | None
    last_activity_at: datetime | None
    started_at: datetime | None
    application: Application | None


class KernelList(Message):
    """The kernels of the caller, or of everybody for an administrator."""

    kernels: tuple[Kernel, ...]
    gateway_reachable: bool
    gateway_reason: str
