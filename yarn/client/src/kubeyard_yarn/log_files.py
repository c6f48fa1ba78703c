"""Which log files a container has, and a part of one."""

from dataclasses import dataclass
from datetime import UTC, datetime

from kubeyard_yarn.shapes import Json, rows, text, whole


@dataclass(frozen=True)
class LogFile:
    """One log file of a container."""

    name: str
    size_bytes: int
    modified_at: datetime | None


@dataclass(frozen=True)
class ContainerLogFiles:
    """What an ended container left behind."""

    container_id: str
    node_id: str
    files: tuple[LogFile, ...]


@dataclass(frozen=True)
class LogPart:
    """Bytes of a log from `offset`; `size_bytes` is the whole log's length when it was read."""

    content: bytes
    offset: int
    size_bytes: int

    @property
    def next_offset(self) -> int:
        """Where to read on."""
        return self.offset + len(self.content)


def containers_in(answer: Json) -> list[ContainerLogFiles]:
    """Read the lists of files of the history or of a NodeManager."""
    listed = rows(answer, "containerLogsInfoes", "containerLogsInfo") or rows(answer, "containerLogsInfo")
    return [_container_from(row) for row in listed]


def files_in(answer: Json) -> list[LogFile]:
    """Read the files of all the containers in `answer`."""
    return [file for container in containers_in(answer) for file in container.files]


def _container_from(row: Json) -> ContainerLogFiles:
    return ContainerLogFiles(
        container_id=text(row, "containerId"),
        # The history writes a node's id as it names the folder in HDFS: host_port.
        node_id=text(row, "nodeId"),
        files=tuple(sorted(map(_file_from, rows(row, "containerLogInfo")), key=lambda file: file.name)),
    )


def _file_from(row: Json) -> LogFile:
    return LogFile(text(row, "fileName"), whole(row, "fileSize"), _moment(text(row, "lastModifiedTime")))


def _moment(words: str) -> datetime | None:
    """Read `Sat Nov 21 07:32:45 +0000 2026`; 2.x and other zones may write it otherwise, which is None."""
    try:
        return datetime.strptime(words, "%a %b %d %H:%M:%S %z %Y").astimezone(UTC)
    except ValueError:
        return None
