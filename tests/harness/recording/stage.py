"""Where a scenario plays: the clients whose requests are kept, and the same without a witness for waiting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kubeyard_yarn.applications import Application, ApplicationState
from kubeyard_yarn.errors import NotFound
from kubeyard_yarn.httpfs import HttpFs, UserFiles
from kubeyard_yarn.logs import ContainerLogs
from kubeyard_yarn.resource_manager import ResourceManager
from kubeyard_yarn.submission import ApplicationSubmission, LocalResource

from harness.recording.recorder import Recorder
from harness.recording.stable import STARTED_MS
from harness.waiting import wait_until

SERVICE, OWNER, STRANGER = "kubeyard", "ada", "eve"
TAGS = ("kubeyard", "kernel:6f1c", "user:ada", "env:0123456789abcdef")
WAIT_SECONDS = 120
# The applications by the order in which they are submitted, which is the end of their ids.
RUNS, FAILS, WAITS, HAS_NO_QUEUE = 1, 2, 3, 4


@dataclass(frozen=True)
class History:
    """A service that has the logs of what has ended, and where below its address it tells of them."""

    service: str
    path: str = ""


HISTORY = History("HISTORY_HTTP")
TIMELINE = History("TIMELINE_HTTP", "/ws/v1/applicationhistory")


def application_id(number: int, started_ms: int = STARTED_MS) -> str:
    """Return the id of the application that was submitted as the `number`th."""
    return f"application_{started_ms}_{number:04}"


def container_id(number: int, started_ms: int = STARTED_MS) -> str:
    """Return the id of the first container of that application, its ApplicationMaster's."""
    return f"container_{started_ms}_{number:04}_01_000001"


@dataclass(frozen=True)
class Stage:
    """A running Hadoop: `recorder.urls` leads through the recorder, `urls` past it."""

    recorder: Recorder
    urls: Mapping[str, str]
    started_ms: int

    def act(self, name: str, does: Callable[[], object]) -> None:
        """Keep what the client asks and is told while it does something."""
        self.recorder.act(name, does)

    def manager(self, user: str = SERVICE) -> ResourceManager:
        """Return the ResourceManager, witnessed."""
        return ResourceManager([self.recorder.urls["RM"]], user)

    def logs(self, user: str = SERVICE, history: History = HISTORY) -> ContainerLogs:
        """Return the logs, witnessed; the node must be given as `node`."""
        return ContainerLogs(f"{self.recorder.urls[history.service]}{history.path}", user)

    @property
    def node(self) -> str:
        """The NodeManager's address, witnessed."""
        return self.recorder.urls["NM_HTTP"]

    def files(self, user: str = OWNER, service: str = SERVICE) -> UserFiles:
        """Return HDFS, witnessed."""
        return HttpFs(self.recorder.urls["HTTPFS"], service).as_user(user)

    def submit(
        self, name: str, command: str, memory_mb: int, queue: str, resources: Mapping[str, LocalResource]
    ) -> str:
        """Submit as the platform does, as the owner, and keep that as the act `submit_<name>`."""
        mine = self.manager(OWNER)
        found: list[str] = []
        submission = ApplicationSubmission(
            name="Penguins",
            user=OWNER,
            queue=queue,
            memory_mb=memory_mb,
            vcores=1,
            command=f"({command}) 1><LOG_DIR>/stdout 2><LOG_DIR>/stderr",
            environment={"GREETING": "hello"},
            resources=resources,
            tags=TAGS,
            viewers=(SERVICE,),
            modifiers=(SERVICE,),
        )

        def submit() -> str:
            found.append(mine.new_application().id)
            mine.submit(submission.to_json(found[0]))
            return found[0]

        self.act(f"submit_{name}", submit)
        return found[0]

    def wait_for_state(self, number: int, *states: ApplicationState) -> Application:
        """Wait until the application is in one of the states."""
        manager = ResourceManager([self.urls["RM"]], SERVICE)
        wanted = application_id(number, self.started_ms)

        def found() -> Application | None:
            application = manager.application(wanted)
            return application if application.state in states else None

        return wait_until(found, f"{wanted} is {states}", WAIT_SECONDS)  # type: ignore[return-value]

    def wait_until_node(self, state: str) -> None:
        """Wait until the ResourceManager thinks that of its node."""
        manager = ResourceManager([self.urls["RM"]], SERVICE)
        wait_until(lambda: manager.nodes()[0].state == state, f"the node is {state}", WAIT_SECONDS)

    def wait_for_log(self, number: int, file: str) -> None:
        """Wait until the application's container has begun to write a log."""
        logs = ContainerLogs(self.urls["HISTORY_HTTP"], SERVICE)
        container = container_id(number, self.started_ms)

        def is_there() -> bool:
            try:
                return file in {each.name for each in logs.files(container, self.urls["NM_HTTP"])}
            except NotFound:
                return False

        wait_until(is_there, f"{container} writes {file}", WAIT_SECONDS)
