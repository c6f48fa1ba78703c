"""Speaks to supervisord, which keeps the services running, over its own socket in the platform's folder."""

import http.client
import socket
import xmlrpc.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import Faults  # type: ignore[import-untyped]

TIMEOUT_SECONDS = 30
# A socket's path has at most 107 bytes, and the supervisor binds it first with its process id behind.
LONGEST_SOCKET = 96


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("127.0.0.1", timeout=TIMEOUT_SECONDS)
        self._path = path

    def connect(self) -> None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(TIMEOUT_SECONDS)
        try:
            connection.connect(str(self._path))
        except OSError:
            connection.close()
            raise
        self.sock = connection


class _SocketTransport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = _SocketConnection(self._path)
        self._connection = host, connection  # what the base class closes
        return connection


@dataclass(frozen=True)
class ProcessState:
    """What the supervisor says about one service."""

    name: str
    state: str
    pid: int
    since: int
    message: str
    exit_status: int

    @property
    def is_running(self) -> bool:
        return self.state == "RUNNING"

    @property
    def is_active(self) -> bool:
        return self.state in ("STARTING", "RUNNING", "BACKOFF")


class Supervisor:
    """The running supervisord of one platform."""

    def __init__(self, socket_path: Path) -> None:
        self._path = socket_path

    def _call(self, method: str, *arguments: object) -> Any:
        with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=_SocketTransport(self._path)) as proxy:
            return getattr(proxy.supervisor, method)(*arguments)

    def is_alive(self) -> bool:
        """Whether a supervisor answers on the socket."""
        try:
            return bool(self._call("getState")["statename"])
        except (OSError, http.client.HTTPException):
            return False

    def pid(self) -> int:
        return int(self._call("getPID"))

    def states(self) -> dict[str, ProcessState]:
        """Every service's state by its name."""
        return {entry["name"]: _state(entry) for entry in self._call("getAllProcessInfo")}

    def state(self, name: str) -> ProcessState:
        return _state(self._call("getProcessInfo", name))

    def start(self, name: str) -> None:
        """Begin to start a service, unless it is at it already."""
        if not self.state(name).is_active:
            self._call("startProcess", name, False)

    def stop(self, name: str) -> None:
        """Begin to stop a service, if it runs."""
        if not self.state(name).is_active:
            return
        try:
            self._call("stopProcess", name, False)
        except xmlrpc.client.Fault as fault:
            # It ended by itself in the meantime, as one does that starts again and again.
            if fault.faultCode != Faults.NOT_RUNNING:
                raise

    def shut_down(self) -> None:
        """Begin to stop every service and then the supervisor itself."""
        self._call("shutdown")


def _state(entry: dict[str, Any]) -> ProcessState:
    return ProcessState(
        name=entry["name"],
        state=entry["statename"],
        pid=entry["pid"],
        since=entry["start"],
        message=entry["spawnerr"] or entry["description"],
        exit_status=entry["exitstatus"],
    )
