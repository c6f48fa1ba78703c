"""Answers as a recorded Hadoop did."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kubeyard_yarn.httpfs import HttpFs, UserFiles
from kubeyard_yarn.logs import ContainerLogs
from kubeyard_yarn.resource_manager import ResourceManager

from harness.recording import exchanges
from harness.recording.stage import HISTORY, OWNER, SERVICE, TIMELINE, History
from harness.scripted_server import Answer, Asked, ScriptedServer

GOLDEN = Path(__file__).resolve().parents[2] / "yarn" / "golden"
VERSIONS = sorted(folder.name for folder in GOLDEN.iterdir() if folder.is_dir())


class Replay:
    """A recorded Hadoop, all its services at one address; each act is opened before it is played again."""

    def __init__(self, version: str, server: ScriptedServer) -> None:
        """Made by `replaying`."""
        self.version = version
        self._server = server

    @property
    def asked(self) -> list[Asked]:
        """What the client has asked since the act was opened."""
        return self._server.asked

    @property
    def node(self) -> str:
        """The address of the NodeManager."""
        return self._server.url

    def manager(self, *acts: str, user: str = SERVICE) -> ResourceManager:
        """Return the ResourceManager as it answered in those acts."""
        return ResourceManager([self.open(*acts)], user)

    def logs(self, act: str, user: str = SERVICE, history: History = HISTORY) -> ContainerLogs:
        """Return the logs as they were told in that act."""
        return ContainerLogs(f"{self.open(act)}{history.path}", user)

    def files(self, act: str, user: str = OWNER, service: str = SERVICE) -> UserFiles:
        """Return HDFS as HttpFS showed it in that act."""
        return HttpFs(self.open(act), service).as_user(user)

    @property
    def history(self) -> tuple[str, History]:
        """Who has the logs of what has ended, and how its acts end: the JobHistoryServer of 2.x has none."""
        if self.version.startswith("2."):
            return "in_the_timeline_server", TIMELINE
        return "in_the_history", HISTORY

    def open(self, *acts: str) -> str:
        """Answer as in those acts from now on, and return the address of every service."""
        self._server.script = script_of(*(GOLDEN / self.version / f"{act}.json" for act in acts))
        self._server.asked.clear()
        return self._server.url


@contextmanager
def replaying(version: str) -> Iterator[Replay]:
    """Answer as that version did while the `with` block lasts."""
    with ScriptedServer(lambda asked: Answer(status=404)) as server:
        yield Replay(version, server)


def script_of(*files: Path) -> Callable[[Asked], Answer]:
    """Return a ScriptedServer's script that gives the answers of these acts, and none to another request."""
    recorded = [exchange for file in files for exchange in exchanges.read(file)]

    def script(asked: Asked) -> Answer:
        found = next((exchange for exchange in recorded if exchange.is_for(asked)), None)
        if found is None:
            named = " and ".join(file.name for file in files)
            told = f"never asked in {named}: {asked.method} {asked.path} {asked.params}"
            return Answer(told.encode(), 599)
        return found.answer()

    return script
