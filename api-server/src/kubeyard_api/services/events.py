"""The stream of changes that one caller may know of, as server-sent events."""

import json
from collections.abc import Generator, Iterable

from kubeyard_client.messages.events import EVERYBODY, Change, Topic
from kubeyard_identity import Caller

from kubeyard_api.services.feed import Feed
from kubeyard_api.storage.base import utc_now

HEARTBEAT_SECONDS = 10.0
HEARTBEAT = ": still here\n\n"


def visible_to(caller: Caller, change: Change) -> Change | None:
    """The part of a change that the caller may know of, or None."""
    if caller.is_admin or caller.is_service or change.topic is Topic.CLUSTER or not change.ids:
        return change
    mine = [
        (thing, owner)
        for thing, owner in zip(change.ids, change.owners, strict=True)
        if owner in (caller.name, EVERYBODY)
    ]
    if not mine:
        return None
    return change.model_copy(
        update={"ids": tuple(row[0] for row in mine), "owners": tuple(row[1] for row in mine)}
    )


def event_lines(feed: Feed, caller: Caller, last_seen: int | None) -> Generator[str, None, None]:
    """Events until the caller's token ends; who comes back with a new one misses nothing."""
    version, missed = feed.start_version(last_seen)
    # Something is sent at once, so that the subscriber knows from which moment on nothing escapes it.
    yield f": from {version}\nid: {version}\n\n"
    yield from _lines(caller, missed)
    while (left_seconds := (caller.expires_at - utc_now()).total_seconds()) > 0 and not feed.is_closed:
        changes = feed.wait_after(version, min(HEARTBEAT_SECONDS, left_seconds))
        version = changes[-1].version if changes else version
        # A heartbeat after changes of others too: it shows that the stream lives, and nothing about them.
        yield "".join(_lines(caller, changes)) or HEARTBEAT


def _lines(caller: Caller, changes: Iterable[Change]) -> Generator[str, None, None]:
    for change in changes:
        if seen := visible_to(caller, change):
            body = json.dumps(seen.model_dump(include={"ids", "owners", "version"}))
            yield f"event: {seen.topic.value}\nid: {seen.version}\ndata: {body}\n\n"
