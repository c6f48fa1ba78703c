"""Changes as they happen."""

from collections.abc import Iterator

from kubeyard_client.messages.errors import ErrorCode

from kubeyard_api.errors import PublicError
from kubeyard_api.handling import Call, handles
from kubeyard_api.services.events import event_lines


@handles("stream-events")
def stream_events(call: Call) -> Iterator[str]:
    """The caller's stream, from where it was lost if it says where."""
    last_seen = _version(call.last_event_id)
    lines = event_lines(call.parts.feed, call.caller, last_seen)
    return call.parts.streams.hold(call.caller.name, lines)


def _version(last_event_id: str | None) -> int | None:
    if not last_event_id:
        return None
    if not last_event_id.isdigit() or len(last_event_id) > 18:
        raise PublicError(ErrorCode.INVALID_REQUEST, "Last-Event-ID: this is no version of a change")
    return int(last_event_id)
