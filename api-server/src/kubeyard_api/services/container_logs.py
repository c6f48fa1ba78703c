"""The logs of an application's containers, while it runs and after."""

import re

from kubeyard_client.messages.applications import Container, ContainerList, LogChunk, LogQuery
from kubeyard_yarn.errors import NotFound

from kubeyard_api.errors import not_found
from kubeyard_api.parts import Parts
from kubeyard_api.services.applications import application_row
from kubeyard_api.storage.tables import ApplicationRow

# container_[e<epoch>_]<cluster's start>_<application>_<attempt>_<container>
CONTAINER_ID = re.compile(r"container_(?:e\d+_)?(\d+_\d+)_\d+_\d+")
LONGEST_CHARACTER_BYTES = 4


def list_containers(parts: Parts, application_id: str) -> ContainerList:
    """The containers whose logs can be read: from the nodes while any runs, from the history after that.

    The history collects an application's logs when it ends, so that it need not be asked before.
    """
    row = application_row(parts, application_id)
    running = [
        Container(id=container_id, node=node, files=_files(parts, container_id, node), is_running=True)
        for container_id, node in _running(parts, row).items()
    ]
    return ContainerList(containers=tuple(running or _collected(parts, row)))


def read_log(parts: Parts, application_id: str, query: LogQuery) -> LogChunk:
    """A part of one file. Raises PublicError for a container of another application."""
    row = application_row(parts, application_id)
    container_id = query.container or row.am_container_id
    _require_own(application_id, container_id)
    node = _running(parts, row).get(container_id, "")
    part = parts.container_logs.read(container_id, query.file, node, offset=query.offset, length=query.length)
    at_end = part.next_offset >= part.size_bytes
    text, used = _whole_characters(part.content, at_end and not node)
    return LogChunk(
        container=container_id,
        file=query.file,
        offset=part.offset,
        next_offset=part.offset + used,
        text=text,
        at_end=at_end,
        is_running=bool(node),
    )


def _require_own(application_id: str, container_id: str) -> None:
    """Refuse a container of another application: YARN's history would hand it to the service account."""
    match = CONTAINER_ID.fullmatch(container_id)
    if match is None or f"application_{match[1]}" != application_id:
        raise not_found("container of this application")


def _running(parts: Parts, row: ApplicationRow) -> dict[str, str]:
    """Where each running container's node answers."""
    if not row.is_active:
        return {}
    try:
        found = parts.resource_manager.containers(row.id)
    except NotFound:
        return {}
    return {container.id: container.node_http_address for container in found}


def _collected(parts: Parts, row: ApplicationRow) -> list[Container]:
    try:
        found = parts.container_logs.of_application(row.id, row.am_container_id)
    except NotFound:
        return []
    return [
        Container(
            id=container.container_id,
            node=container.node_id,
            files=tuple(file.name for file in container.files),
            is_running=False,
        )
        for container in found
    ]


def _files(parts: Parts, container_id: str, node: str) -> tuple[str, ...]:
    try:
        return tuple(file.name for file in parts.container_logs.files(container_id, node))
    except NotFound:
        return ()


def _whole_characters(content: bytes, is_last: bool) -> tuple[str, int]:
    """The text, and how many bytes it took: a character cut in two is left for the next part."""
    used = len(content)
    if not is_last:
        for cut in range(1, min(LONGEST_CHARACTER_BYTES, used)):
            if content[used - cut] >= 0b1100_0000:
                needed = 2 + (content[used - cut] >= 0b1110_0000) + (content[used - cut] >= 0b1111_0000)
                used -= cut if needed > cut else 0
                break
            if content[used - cut] < 0b1000_0000:
                break
    return content[:used].decode("utf-8", "replace"), used
