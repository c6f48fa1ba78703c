"""How this service itself is."""

from kubeyard_client.messages.base import Message


class Health(Message):
    """The process answers."""

    status: str
    version: str


class Dependency(Message):
    """One thing that this service needs, and what is wrong with it."""

    name: str
    ready: bool
    reason: str


class Readiness(Message):
    """Whether requests can be served, and why not."""

    ready: bool
    dependencies: tuple[Dependency, ...]
