"""The stream of changes: one's own and the cluster's, in order, none lost, none of another."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice

import pytest
from harness.api_server import ApiServer
from harness.applications import application, application_id
from harness.waiting import wait_until
from kubeyard_api.services.streams import PER_USER
from kubeyard_api.storage.changes import record_change
from kubeyard_api.storage.database import Database
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.events import EVERYBODY, Change, Topic

from .conftest import Mirror


def _changes(stream: Iterator[Change | None]) -> Iterator[Change]:
    return (change for change in stream if change is not None)


def _record(api: ApiServer, topic: Topic, owner_by_id: dict[str, str]) -> int:
    with api.parts.database.writing() as session:
        return record_change(session, topic, owner_by_id)


def test_user_hears_of_his_own_and_of_the_cluster_only(api: ApiServer, mirror: Mirror) -> None:
    with closing(api.client("ada").stream_events()) as stream:
        assert next(stream) is None
        mirror(application(1, "bob"), application(2, "ada"))
        _record(api, Topic.KERNELS, {"k-bob": "bob"})
        _record(api, Topic.ENVIRONMENTS, {"kubeyard/spark": EVERYBODY})
        _record(api, Topic.CLUSTER, {})
        heard = list(islice(_changes(stream), 4))
    assert [(change.topic, change.ids, change.owners) for change in heard] == [
        (Topic.APPLICATIONS, (application_id(2),), ("ada",)),
        (Topic.CLUSTER, (), ()),
        (Topic.ENVIRONMENTS, ("kubeyard/spark",), (EVERYBODY,)),
        (Topic.CLUSTER, (), ()),
    ]


@pytest.mark.parametrize(("name", "role"), [("kubeyard-web", "service"), ("admin", "admin")])
def test_service_and_administrators_hear_of_all_with_the_owners(
    api: ApiServer, mirror: Mirror, name: str, role: str
) -> None:
    with closing(api.client(name, role).stream_events()) as stream:
        assert next(stream) is None
        mirror(application(1, "bob"), application(2, "ada"))
        change = next(_changes(stream))
    assert dict(zip(change.ids, change.owners, strict=True)) == {
        application_id(1): "bob",
        application_id(2): "ada",
    }


def test_change_by_another_process_is_heard(api: ApiServer) -> None:
    other_process = Database(api.parts.settings.api_database_url)
    with closing(api.client("ada").stream_events()) as stream:
        assert next(stream) is None
        with other_process.writing() as session:
            version = record_change(session, Topic.ENVIRONMENTS, {"ada/science": "ada"})
        assert next(_changes(stream)).version == version
    other_process.close()


def test_stream_goes_on_where_it_was_lost(api: ApiServer) -> None:
    first = _record(api, Topic.APPLICATIONS, {"a1": "ada"})
    missed = [_record(api, Topic.APPLICATIONS, {f"a{number}": "ada"}) for number in (2, 3)]
    with closing(api.client("ada").stream_events(first)) as stream:
        changes = _changes(stream)
        assert [next(changes).version, next(changes).version] == missed


@pytest.mark.parametrize("last_seen", [10**15, 0])
def test_subscriber_who_was_away_too_long_is_told_that_anything_may_have_changed(
    api: ApiServer, last_seen: int
) -> None:
    _record(api, Topic.APPLICATIONS, {"a1": "ada"})
    latest = _record(api, Topic.APPLICATIONS, {"a2": "ada"})
    with api.parts.database.writing() as session:
        session.connection().exec_driver_sql(f"DELETE FROM changes WHERE version < {latest}")
    with closing(api.client("ada").stream_events(last_seen)) as stream:
        changes = _changes(stream)
        told = [next(changes) for _ in Topic]
    assert {change.topic for change in told} == set(Topic)
    assert all(change.ids == () and change.version == latest for change in told)


@pytest.mark.slow
def test_stream_ends_with_the_token(api: ApiServer) -> None:
    # Five seconds of grace count for the token at the door, not for the stream behind it.
    token = api.issuer.token("ada", exp=int(time.time()) + 2)
    began = time.monotonic()
    with api.send("GET", "/api/v1/events", token, stream=True) as answer:
        assert b"from" in answer.content
    assert time.monotonic() - began < 10


def test_wrong_last_event_id_is_refused(api: ApiServer) -> None:
    for wrong in ("abc", "-1", "9" * 30):
        answer = api.send("GET", "/api/v1/events", api.issuer.token("ada"), headers={"Last-Event-ID": wrong})
        assert answer.status_code == 422


def test_one_user_cannot_take_all_the_streams(api: ApiServer) -> None:
    client, bob = api.client("ada"), api.client("bob")
    streams = [client.stream_events() for _ in range(PER_USER)]
    for stream in streams:
        assert next(stream) is None
    with pytest.raises(ApiError) as refusal:
        next(client.stream_events())
    assert (refusal.value.status, refusal.value.code) == (429, "too-many")
    with closing(bob.stream_events()) as other:
        assert next(other) is None
    for stream in streams:
        stream.close()

    def place_is_free() -> bool:
        # The server notices who has gone when it next writes.
        _record(api, Topic.CLUSTER, {})
        with closing(client.stream_events()) as stream:
            try:
                return next(stream) is None
            except ApiError:
                return False

    wait_until(place_is_free, "a closed stream gives its place back")


def test_two_subscribers_hear_the_same_while_many_write(api: ApiServer) -> None:
    heard: dict[str, list[str]] = {"one": [], "two": []}
    ready = threading.Barrier(3)

    def listen(name: str) -> None:
        with closing(api.client("ada").stream_events()) as stream:
            next(stream)
            ready.wait(10)
            for change in _changes(stream):
                heard[name].extend(change.ids)
                if "last" in change.ids:
                    return

    listeners = [threading.Thread(target=listen, args=(name,)) for name in heard]
    for listener in listeners:
        listener.start()
    ready.wait(10)
    for number in range(50):
        _record(api, Topic.APPLICATIONS, {f"a{number}": "ada"})
    _record(api, Topic.APPLICATIONS, {"last": "ada"})
    for listener in listeners:
        listener.join(20)
    assert heard["one"] == heard["two"] == [*(f"a{number}" for number in range(50)), "last"]
