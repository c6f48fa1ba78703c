"""Builds: show, cancel, read and follow the log."""

from collections.abc import Iterator, Mapping

from kubeyard_client.messages.environments import Build, EnvironmentVisibility, LogOffset
from kubeyard_client.messages.errors import ErrorCode

from kubeyard_api.errors import PublicError
from kubeyard_api.handling import Call, handles
from kubeyard_api.ownership import Owned, owner_of
from kubeyard_api.parts import Parts
from kubeyard_api.services import build_logs, builds
from kubeyard_api.storage.builds import find_build
from kubeyard_api.storage.environments_tables import EnvironmentRow


@owner_of("build")
def build_owner(parts: Parts, parameters: Mapping[str, str]) -> Owned | None:
    """Whose a build is: his whose environment it makes."""
    with parts.database.reading() as session:
        build = find_build(session, parameters["build_id"])
        row = session.get_one(EnvironmentRow, build.environment_id) if build else None
    return Owned(row.owner, row.visibility == EnvironmentVisibility.PUBLIC.value) if row else None


@handles("show-build")
def show_build(call: Call) -> Build:
    """One build."""
    return builds.show_build(call.parts, call.parameters["build_id"])


@handles("cancel-build")
def cancel_build(call: Call) -> Build:
    """Stop it."""
    return builds.cancel_build(call.parts, call.caller, call.parameters["build_id"])


@handles("read-build-log")
def read_build_log(call: Call) -> str:
    """Its log from a byte on."""
    return build_logs.log_text(call.parts, call.parameters["build_id"], call.asked(LogOffset).offset)


@handles("follow-build-log")
def follow_build_log(call: Call) -> Iterator[str]:
    """Its log as it grows, from where the stream was lost if the caller says where."""
    offset = _offset(call.last_event_id)
    start = call.asked(LogOffset).offset if offset is None else offset
    lines = build_logs.log_events(call.parts, call.caller, call.parameters["build_id"], start)
    return call.parts.streams.hold(call.caller.name, lines)


def _offset(last_event_id: str | None) -> int | None:
    if not last_event_id:
        return None
    if not last_event_id.isdigit() or len(last_event_id) > 18:
        raise PublicError(ErrorCode.INVALID_REQUEST, "Last-Event-ID: this is no offset in a log")
    return int(last_event_id)
