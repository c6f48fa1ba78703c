"""Logs of containers: of running ones from their NodeManager, of ended ones from the JobHistoryServer."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlsplit

import requests

from kubeyard_yarn.errors import NotFound, Refused, UnexpectedAnswer, Unreachable, YarnError
from kubeyard_yarn.http import HadoopHttp
from kubeyard_yarn.log_envelope import Envelope
from kubeyard_yarn.log_files import ContainerLogFiles, LogFile, LogPart, containers_in, files_in
from kubeyard_yarn.shapes import Json

# YARN counts from the end of a log that grows while we ask: this much growth is made up for.
_GROWTH_BYTES = 1 << 16
# What Hadoop 2 says where it does not know the path at all.
_NO_SUCH_PAGE = "controller for v1 not found"
# How the history says so, with 503 or 500: there is no folder of the application, it has looked for one in
# another layout, or the folder has no file in it yet (twice); the timeline server of 2.x says nothing at all.
_NOTHING_COLLECTED = re.compile(
    "Can not find|does not exist|HTTP 404 Not Found|Can not get log meta|java.io.IOException:$"
)
T = TypeVar("T")


class ContainerLogs:
    """Reads logs as `user`, the service account: who may see whose is for the caller to decide.

    YARN's history hands any log to anybody who asks.
    """

    def __init__(
        self,
        history_url: str,
        user: str,
        timeout_seconds: float = 30,
        *,
        node_scheme: str = "http",
        ca_file: Path | None = None,
    ) -> None:
        """`history_url` is the JobHistoryServer's address, http://host:19888.

        That of Hadoop 2 tells no logs; its timeline server does, at
        http://host:8188/ws/v1/applicationhistory. Nodes speak what the ResourceManager does, and their
        addresses do not tell it: `node_scheme`. `ca_file` has the authorities of https addresses.
        """
        self._history = HadoopHttp("the JobHistoryServer", timeout_seconds, ca_file)
        self._node = HadoopHttp("the NodeManager", timeout_seconds, ca_file)
        self._node_scheme = node_scheme
        self._history_url = _with_path(history_url)
        self._user = {"user.name": user}

    def of_application(self, application_id: str, am_container_id: str = "") -> list[ContainerLogFiles]:
        """Return what the application's ended containers left; raises NotFound until it is collected.

        The timeline server of Hadoop 2 lists no application: there it is the master's container alone.
        """
        what = f"the logs of {application_id}"
        params = {**self._user, "appid": application_id}
        try:
            return containers_in(self._collected(self._from_history("aggregatedlogs", params, what), what))
        except NotFound:
            if am_container_id and (files := self._left_by(am_container_id)):
                return [ContainerLogFiles(am_container_id, "", tuple(files))]
            raise

    def files(self, container_id: str, node_http_address: str = "") -> list[LogFile]:
        """Return the container's log files, from its node if it still has them, else from the history."""
        path = f"containers/{quote(container_id, safe='')}/logs"
        what = f"the log files of {container_id}"
        return self._where_it_is(
            node_http_address,
            lambda node: files_in(self._node.read_object(self._from_node(node, path, self._user), what)),
            lambda: files_in(self._collected(self._from_history(path, self._user, what), what)),
        )

    def read(
        self, container_id: str, file: str, node_http_address: str = "", *, offset: int = 0, length: int
    ) -> LogPart:
        """Return at most `length` bytes from `offset`; a negative offset counts from the end.

        An offset behind the end gives an empty part, so that a reader who follows may ask again.
        """
        if offset <= 0:
            return self._edge(container_id, file, node_http_address, offset, length)
        size_bytes = self._edge(container_id, file, node_http_address, 0, 0).size_bytes
        while offset < size_bytes:
            # YARN knows no start, only "the last so many": a few more than needed, cut at both sides.
            asked = size_bytes - offset + _GROWTH_BYTES
            with self._open(container_id, file, node_http_address, -asked) as envelope:
                size_bytes = envelope.size_bytes
                start = max(0, size_bytes - asked)
                if start <= offset:
                    found = b"".join(envelope.content(min(offset + length, size_bytes) - start))
                    return LogPart(found[offset - start :], offset, size_bytes)
        return LogPart(b"", offset, size_bytes)

    def stream(self, container_id: str, file: str, node_http_address: str = "") -> Iterator[bytes]:
        """Yield the whole log as it is now, for a download; errors come before the first bytes."""
        return _whole(self._open(container_id, file, node_http_address, None))

    def _left_by(self, container_id: str) -> list[LogFile]:
        try:
            return self.files(container_id)
        except NotFound:
            return []

    def _edge(self, container_id: str, file: str, node: str, offset: int, length: int) -> LogPart:
        """Read the first `length` bytes, or with a negative offset the last."""
        # Asked for nothing, a NodeManager of 2.x does not tell the length either.
        asked = offset or max(1, length)
        with self._open(container_id, file, node, asked) as envelope:
            size_bytes = envelope.size_bytes
            start = max(0, size_bytes + offset) if offset else 0
            found = b"".join(envelope.content(min(length, size_bytes - start)))
            return LogPart(found, start, size_bytes)

    def _open(self, container_id: str, file: str, node_http_address: str, size: int | None) -> Envelope:
        """Ask for the first `size` bytes, the last with a negative one, all with None."""
        what = f"the log {file} of {container_id}"
        # A NodeManager follows "../" to another container's logs, which may be another user's.
        if "/" in file or file in ("", ".", ".."):
            raise NotFound(f"{what}: a log file's name is no path; ask for one that is listed")
        path = f"containerlogs/{quote(container_id, safe='')}/{quote(file, safe='')}"
        params = self._user | ({} if size is None else {"size": str(size)})
        return self._where_it_is(
            node_http_address,
            lambda node: self._envelope(self._node, self._from_node(node, path, params), what),
            lambda: self._collected_log(container_id, path, params, what),
        )

    def _where_it_is(
        self, node_http_address: str, at_node: Callable[[str], T], at_history: Callable[[], T]
    ) -> T:
        """Ask the node while it has the container, then the history, which has a lost node's logs too."""
        if not node_http_address:
            return at_history()
        try:
            return at_node(node_http_address)
        except (_CollectedError, NotFound):
            return at_history()
        except Unreachable as unreachable:
            try:
                return at_history()
            except YarnError:
                raise unreachable from None

    def _from_node(self, node_http_address: str, path: str, params: Mapping[str, str]) -> requests.Response:
        address = (
            node_http_address if "://" in node_http_address else f"{self._node_scheme}://{node_http_address}"
        )
        answer = self._node.send("GET", f"{address.rstrip('/')}/ws/v1/node/{path}", params, stream=True)
        # The node sends us to the history for what it no longer has; we know our own way there.
        if answer.is_redirect:
            answer.close()
            raise _CollectedError(f"{address} no longer has the container's logs")
        return answer

    def _from_history(self, path: str, params: Mapping[str, str], what: str) -> requests.Response:
        answer = self._history.send("GET", f"{self._history_url}/{path}", params, stream=True)
        # While the application runs the history sends readers to its node, which sent us here.
        if answer.is_redirect:
            answer.close()
            raise NotFound(f"{what}: neither the node nor the JobHistoryServer has it yet, try again")
        if answer.status_code == 404 and _NO_SUCH_PAGE in answer.text:
            raise NotFound(
                f"{what}: {self._history_url} does not know such a page; in Hadoop 2 the timeline server "
                "tells a container's logs, name it as http://host:8188/ws/v1/applicationhistory"
            )
        return answer

    def _collected_log(self, container_id: str, path: str, params: Mapping[str, str], what: str) -> Envelope:
        try:
            return self._envelope(self._history, self._from_history(path, params, what), what)
        except UnexpectedAnswer:
            # For a log the history gives no reason with its 500: its list of files tells whether it has any.
            self.files(container_id)
            raise

    def _collected(self, answer: requests.Response, what: str) -> Json:
        """Read the history's answer; for an application without logs it tells a fault of its own."""
        try:
            return self._history.read_object(answer, what, list_as="containerLogsInfo")
        except (Unreachable, UnexpectedAnswer) as error:
            if _NOTHING_COLLECTED.search(str(error)):
                raise NotFound(
                    f"{what}: the JobHistoryServer has none; they are collected when the application ends, "
                    "try again then"
                ) from error
            raise

    def _envelope(self, http: HadoopHttp, answer: requests.Response, what: str) -> Envelope:
        # The NodeManager refuses with 500 and a sentence.
        if answer.status_code == 500 and "not authorized" in answer.text:
            raise Refused(f"{what}: {http.service} refuses it ({answer.text.strip()}); ask the owner")
        http.check(answer, what)
        return Envelope(answer, what)


class _CollectedError(YarnError):
    """The node has handed the logs over to the history."""


def _with_path(history_url: str) -> str:
    url = history_url.rstrip("/")
    return url if urlsplit(url).path else f"{url}/ws/v1/history"


def _whole(envelope: Envelope) -> Iterator[bytes]:
    with envelope:
        yield from envelope.content(envelope.size_bytes)
