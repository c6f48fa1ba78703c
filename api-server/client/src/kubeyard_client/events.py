"""Reads server-sent events off a stream of lines."""

import json
from collections.abc import Iterable, Iterator

from kubeyard_client.messages.events import Change, Topic


def read_changes(lines: Iterable[str]) -> Iterator[Change | None]:
    """Every change; None for what only shows that the stream lives."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
            continue
        if fields:
            yield _change(fields)
            fields = {}


def _change(fields: dict[str, str]) -> Change | None:
    if "data" not in fields or fields.get("event") not in set(Topic):
        # A topic of a later server is no reason to lose the stream.
        return None
    return Change(topic=Topic(fields["event"]), **json.loads(fields["data"]))
