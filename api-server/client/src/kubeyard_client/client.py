"""The typed client of the Kubeyard API: one method an endpoint, named like it."""

import codecs
from collections.abc import Callable, Generator, Iterable, Iterator

from kubeyard_client.events import read_changes
from kubeyard_client.messages.applications import (
    Application,
    ApplicationPage,
    ApplicationQuery,
    ContainerList,
    KillRequest,
    LogChunk,
    LogQuery,
)
from kubeyard_client.messages.cluster import Cluster, NodeList, QueueList
from kubeyard_client.messages.environments import (
    Build,
    BuildPage,
    BuildQuery,
    ChannelList,
    DeletedEnvironment,
    Environment,
    EnvironmentList,
    LogOffset,
    NewEnvironment,
    ParsedPackages,
    PastedText,
    SparkList,
)
from kubeyard_client.messages.events import Change
from kubeyard_client.messages.history import ClusterHistory, HistoryQuery
from kubeyard_client.messages.home import Home
from kubeyard_client.messages.kernels import KernelList
from kubeyard_client.messages.platform import Platform
from kubeyard_client.messages.service import Health
from kubeyard_client.transport import Transport

# A restart answers when YARN has started the new container.
RESTART_SECONDS = 100.0


class KubeyardClient:
    """The API in the name of whoever `token` speaks for. Every method may raise ApiError."""

    def __init__(self, base_url: str, token: Callable[[], str], timeout_seconds: float = 30) -> None:
        """`base_url` is the server's address without /api/v1; `token` is asked before every call."""
        self._http = Transport(base_url, token, timeout_seconds)

    def healthz(self) -> Health:
        """Whether the server lives."""
        return self._http.ask("healthz", Health)

    def show_platform(self) -> Platform:
        """Every part on the edge and in Hadoop: whether it works, and why not."""
        return self._http.ask("show-platform", Platform)

    def show_cluster(self) -> Cluster:
        """Memory, cores, nodes, and how fresh this is."""
        return self._http.ask("show-cluster", Cluster)

    def show_cluster_history(self, query: HistoryQuery | None = None) -> ClusterHistory:
        """Memory and cores over the last hour, day or week."""
        return self._http.ask("show-cluster-history", ClusterHistory, query)

    def list_queues(self) -> QueueList:
        """The queues and what they use."""
        return self._http.ask("list-queues", QueueList)

    def list_nodes(self) -> NodeList:
        """The nodes and what they use."""
        return self._http.ask("list-nodes", NodeList)

    def list_applications(self, query: ApplicationQuery | None = None) -> ApplicationPage:
        """One page of applications."""
        return self._http.ask("list-applications", ApplicationPage, query)

    def show_application(self, application_id: str) -> Application:
        """One application."""
        return self._http.ask("show-application", Application, application_id=application_id)

    def kill_application(self, application_id: str, request: KillRequest | None = None) -> Application:
        """Ask for its end; the answer shows `killing` until YARN confirms."""
        kill = request or KillRequest()
        return self._http.ask("kill-application", Application, kill, application_id=application_id)

    def list_containers(self, application_id: str) -> ContainerList:
        """Its containers and their log files."""
        return self._http.ask("list-containers", ContainerList, application_id=application_id)

    def read_log(self, application_id: str, query: LogQuery | None = None) -> LogChunk:
        """A part of a container's log file."""
        return self._http.ask("read-log", LogChunk, query, application_id=application_id)

    def list_kernels(self) -> KernelList:
        """The live kernels."""
        return self._http.ask("list-kernels", KernelList)

    def interrupt_kernel(self, kernel_id: str) -> None:
        """Interrupt what it computes."""
        self._http.tell("interrupt-kernel", kernel_id=kernel_id)

    def restart_kernel(self, kernel_id: str) -> None:
        """Start it anew; its variables are lost."""
        self._http.tell("restart-kernel", timeout_seconds=RESTART_SECONDS, kernel_id=kernel_id)

    def stop_kernel(self, kernel_id: str) -> None:
        """End it and its application."""
        self._http.tell("stop-kernel", timeout_seconds=RESTART_SECONDS, kernel_id=kernel_id)

    def ensure_home(self) -> Home:
        """Make the caller's HDFS home if it is not there yet."""
        return self._http.ask("ensure-home", Home)

    def stream_events(self, last_version: int | None = None) -> Generator[Change | None, None, None]:
        """Changes as they happen; None at the start and at each sign of life.

        The stream ends when the token does: call again with the last change's version, and nothing is missed.
        """
        last_event_id = "" if last_version is None else str(last_version)
        with self._http.stream("stream-events", last_event_id=last_event_id) as chunks:
            yield from read_changes(_lines(chunks))

    def list_environments(self) -> EnvironmentList:
        """The caller's environments and the public ones."""
        return self._http.ask("list-environments", EnvironmentList)

    def create_environment(self, request: NewEnvironment) -> Environment:
        """Queue the build of a new environment."""
        return self._http.ask("create-environment", Environment, request)

    def parse_packages(self, request: PastedText) -> ParsedPackages:
        """Read a requirements.txt or environment.yml."""
        return self._http.ask("parse-packages", ParsedPackages, request)

    def show_environment(self, owner: str, name: str) -> Environment:
        """One environment with its latest build."""
        return self._http.ask("show-environment", Environment, owner=owner, name=name)

    def delete_environment(self, owner: str, name: str) -> DeletedEnvironment:
        """Remove an environment and its kernel."""
        return self._http.ask("delete-environment", DeletedEnvironment, owner=owner, name=name)

    def build_environment(self, owner: str, name: str) -> Build:
        """Build an environment again."""
        return self._http.ask("build-environment", Build, owner=owner, name=name)

    def list_builds(self, owner: str, name: str, query: BuildQuery | None = None) -> BuildPage:
        """The builds of an environment, the newest first."""
        return self._http.ask("list-builds", BuildPage, query, owner=owner, name=name)

    def show_build(self, build_id: str) -> Build:
        """One build."""
        return self._http.ask("show-build", Build, build_id=build_id)

    def cancel_build(self, build_id: str) -> Build:
        """Stop a build."""
        return self._http.ask("cancel-build", Build, build_id=build_id)

    def read_build_log(self, build_id: str, request: LogOffset | None = None) -> str:
        """A build's log from a byte on."""
        return self._http.text("read-build-log", request, build_id=build_id)

    def follow_build_log(
        self, build_id: str, request: LogOffset | None = None
    ) -> Generator[bytes, None, None]:
        """A build's log as server-sent events, as they come: to be handed on to a browser."""
        with self._http.stream("follow-build-log", request, build_id=build_id) as chunks:
            yield from chunks

    def list_channels(self) -> ChannelList:
        """The conda channels, and which are out of reach."""
        return self._http.ask("list-channels", ChannelList)

    def list_sparks(self) -> SparkList:
        """The Sparks that an environment's kernels may run on."""
        return self._http.ask("list-sparks", SparkList)


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    rest = ""
    for chunk in chunks:
        *lines, rest = (rest + decoder.decode(chunk)).split("\n")
        yield from lines
