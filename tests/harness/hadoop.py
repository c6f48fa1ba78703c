"""The addresses of a real Hadoop, and the clients that tests use on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kubeyard_yarn.applications import Application, ApplicationState
from kubeyard_yarn.httpfs import HttpFs
from kubeyard_yarn.logs import ContainerLogs
from kubeyard_yarn.resource_manager import ResourceManager


@dataclass(frozen=True)
class Hadoop:
    """The addresses of a real Hadoop, and the name of HDFS's superuser."""

    rm_url: str
    history_url: str
    httpfs_url: str
    superuser: str

    def resource_manager(self, user: str = "kubeyard") -> ResourceManager:
        """Return the ResourceManager as `user`."""
        return ResourceManager([self.rm_url], user)

    @property
    def logs(self) -> ContainerLogs:
        """The logs as the service account."""
        return ContainerLogs(self.history_url, "kubeyard")

    @property
    def files(self) -> HttpFs:
        """HDFS by way of the service account."""
        return HttpFs(self.httpfs_url, "kubeyard")


class Submit(Protocol):
    """Run a shell command as somebody's application and return its id."""

    def __call__(
        self, command: str, owner: str = "ada", queue: str = "interactive", tags: tuple[str, ...] = ()
    ) -> str: ...


UntilState = Callable[[str, ApplicationState], Application]
WaitForContainer = Callable[[str], tuple[str, str]]
