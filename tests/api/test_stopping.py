"""A server that is told to stop: streams end at once, what is being answered is answered."""

import threading
from collections.abc import Generator
from contextlib import closing

from harness.api_server import ApiServer
from kubeyard_client.messages.environments import NewEnvironment
from kubeyard_client.messages.events import Change


def test_streams_of_changes_end(api: ApiServer) -> None:
    streams = [api.client("ada").stream_events() for _ in range(3)]
    assert [next(stream) for stream in streams] == [None] * 3
    api.parts.end_streams()
    assert [_changes(stream) for stream in streams] == [[]] * 3


def _changes(stream: Generator[Change | None, None, None]) -> list[Change]:
    with closing(stream):
        return [change for change in stream if change is not None]


def test_the_log_of_a_build_that_goes_on_ends(api: ApiServer) -> None:
    client = api.client("ada")
    build = client.create_environment(NewEnvironment(name="churn", pip=("humanize",))).latest_build
    assert build is not None
    log = client.follow_build_log(build.id)
    first = next(log)
    assert first.startswith(b": from 0")
    threading.Thread(target=api.parts.end_streams).start()
    assert b"event: end" not in b"".join(log)


def test_who_comes_meanwhile_is_not_held(api: ApiServer) -> None:
    api.parts.end_streams()
    with closing(api.client("ada").stream_events()) as stream:
        assert _changes(stream) == []
