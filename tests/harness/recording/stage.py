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


def container_id(number: int, started_ms: int = STARTED_MS, which: int = 1) -> str:
    """Return the id of a container of that application; the first one is its ApplicationMaster's."""
    return f"container_{started_ms}_{number:04}_01_{which:06}"


def submission(
    name: str, command: str, memory_mb: int, queue: str, resources: Mapping[str, LocalResource]
) -> ApplicationSubmission:
    """Return an application of the owner's, as the platform submits them."""
    return ApplicationSubmission(
        name=name,
        user=OWNER,
        queue=queue,
        memory_mb=memory_mb,
        vcores=1,
        command=f"({command}) 1><LOG_DIR>/stdout 2><LOG_DIR>/stderr",
        environment={"GREETING": "hello"} if resources else {},
        resources=resources,
        tags=TAGS,
        viewers=(SERVICE,),
        modifiers=(SERVICE,),
    )


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

    def submit(self, act: str, application: ApplicationSubmission) -> None:
        """Submit as the platform does, in the owner's name."""
        mine = self.manager(OWNER)

        def submit() -> str:
            found = mine.new_application().id
            mine.submit(application.to_json(found))
            return found

        self.act(act, submit)

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

    def wait_for_log(self, container: str, file: str) -> None:
        """Wait until a container has begun to write a log."""
        logs = ContainerLogs(self.urls["HISTORY_HTTP"], SERVICE)

        def is_there() -> bool:
            try:
                return file in {each.name for each in logs.files(container, self.urls["NM_HTTP"])}
            except NotFound:
                return False

        wait_until(is_there, f"{container} writes {file}", WAIT_SECONDS)
