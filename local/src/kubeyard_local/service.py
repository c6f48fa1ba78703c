"""What a service of the one-machine platform is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kubeyard_local.accounts import Account
from kubeyard_local.readiness import Probe


@dataclass(frozen=True)
class Preparation:
    """A command that must have ended well before the service starts, under the service's own account."""

    what: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Service:
    """One supervised process: how it is started, as whom, and how it shows that it is ready."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    account: Account
    ready: Probe
    memory_mb: int
    port: str | None = None
    depends_on: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    preparations: tuple[Preparation, ...] = ()
    # How long it must live to count as started; longer where no address tells that it is ready.
    start_seconds: int = 1
    stop_seconds: int = 30
    # What its dependants need beside it, done each time that it has become ready.
    then: Callable[[], None] | None = None
