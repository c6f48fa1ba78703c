"""The logs of an application's containers: shown, followed and downloaded."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import Blueprint, Response, abort, jsonify, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.applications import Container, LogChunk, LogQuery
from pydantic import ValidationError

from kubeyard_web.backend.answers import is_fragment
from kubeyard_web.backend.client import api
from kubeyard_web.backend.refusals import raise_if_absent

blueprint = Blueprint("application_logs", __name__, url_prefix="/applications")
CHUNK_BYTES = 1_048_576
FIRST_FILES = ("stderr", "stdout")
YARNS_OWN_FILES = ("prelaunch.out", "prelaunch.err", "directory.info", "launch_container.sh")


@dataclass(frozen=True)
class OpenLog:
    """The containers of an application, and the part of a log file that is shown first."""

    containers: tuple[Container, ...] = ()
    container_id: str = ""
    files: tuple[str, ...] = ()
    file: str = ""
    chunk: LogChunk | None = None
    problem: str = ""


def ordered(files: tuple[str, ...]) -> list[str]:
    """Return log files, what the program wrote before what YARN wrote."""

    def rank(name: str) -> tuple[int, str]:
        if name in FIRST_FILES:
            return FIRST_FILES.index(name), name
        return (len(FIRST_FILES) + 1 if name in YARNS_OWN_FILES else len(FIRST_FILES)), name

    return sorted(files, key=rank)


def open_log(application_id: str, container_id: str, file: str) -> OpenLog:
    """Return the beginning of a log; of the first container and its first file where none is named."""
    try:
        containers = api().list_containers(application_id).containers
    except ApiError as error:
        # The API lists no containers, not none, of an application that is not there or is another's.
        raise_if_absent(error)
        return _driver_log(application_id, file, error.detail)
    chosen = next((found for found in containers if found.id == container_id), None)
    chosen = chosen or (containers[0] if containers else None)
    if chosen is None or not chosen.files:
        return OpenLog(containers)
    files = tuple(ordered(chosen.files))
    return _read(application_id, OpenLog(containers, chosen.id, files, file if file in files else files[0]))


def _driver_log(application_id: str, file: str, problem: str) -> OpenLog:
    """Return the driver's log, which can be read by itself when the containers cannot be listed."""
    log = OpenLog(files=FIRST_FILES, file=file if file in FIRST_FILES else FIRST_FILES[0])
    found = _read(application_id, log)
    return found if found.chunk else replace(found, problem=problem)


def _read(application_id: str, log: OpenLog) -> OpenLog:
    query = LogQuery(container=log.container_id or None, file=log.file, length=CHUNK_BYTES)
    try:
        chunk = api().read_log(application_id, query)
    except ApiError as error:
        return replace(log, problem=error.detail)
    return replace(log, container_id=chunk.container, chunk=chunk)


@blueprint.get("/<application_id>/logs")
def page(application_id: str) -> str:
    """The log of one container, as a part of the application's page or by itself."""
    log = open_log(application_id, request.args.get("container", ""), request.args.get("file", ""))
    template = "applications/_logs.html" if is_fragment() else "applications/logs.html"
    return render_template(template, application_id=application_id, log=log)


@blueprint.get("/<application_id>/log-text")
def text(application_id: str) -> Response:
    """What came behind an offset, for a page that follows the log."""
    chunk = api().read_log(application_id, _wanted(request.args.get("offset", 0, type=int)))
    return jsonify(
        text=chunk.text, next_offset=chunk.next_offset, more=not chunk.at_end, is_running=chunk.is_running
    )


@blueprint.get("/<application_id>/log-file")
def download(application_id: str) -> ResponseReturnValue:
    """The whole log file."""
    first = api().read_log(application_id, _wanted(0))
    name = f"{first.container}.{first.file}.txt"
    return Response(
        stream_with_context(_parts(application_id, first)),
        mimetype="text/plain",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _wanted(offset: int) -> LogQuery:
    try:
        return LogQuery(
            container=request.args.get("container") or None,
            file=request.args.get("file", "stdout"),
            offset=max(offset, 0),
            length=CHUNK_BYTES,
        )
    except ValidationError:
        abort(404)  # no container and no log file has such a name


def _parts(application_id: str, chunk: LogChunk) -> Iterator[str]:
    yield chunk.text
    while not chunk.at_end and chunk.next_offset > chunk.offset:
        chunk = api().read_log(application_id, _wanted(chunk.next_offset))
        yield chunk.text
