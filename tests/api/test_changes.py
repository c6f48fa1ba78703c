"""The log of changes that events are made from."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.changes import MOST_NAMED, changes_after, forget_old_changes, record_change
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.tables import ChangeRow
from kubeyard_client.messages.events import Topic
from sqlalchemy import update


def test_changes_come_back_in_order_with_their_owners(database: Database) -> None:
    with database.writing() as session:
        first = record_change(session, Topic.APPLICATIONS, {"a1": "ada", "b1": "bob"})
        second = record_change(session, Topic.CLUSTER, {})
    assert second > first
    with database.reading() as session:
        found = changes_after(session, 0)
        assert [change.version for change in changes_after(session, first)] == [second]
    assert (found[0].topic, found[0].ids, found[0].owners) == (
        Topic.APPLICATIONS,
        ("a1", "b1"),
        ("ada", "bob"),
    )


def test_change_is_not_told_when_its_transaction_fails(database: Database) -> None:
    def fail_after_recording() -> None:
        with database.writing() as session:
            record_change(session, Topic.KERNELS, {"k1": "ada"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_recording()
    with database.reading() as session:
        assert changes_after(session, 0) == []


def test_reader_misses_no_change_while_many_write(database: Database) -> None:
    def write(number: int) -> None:
        with database.writing() as session:
            record_change(session, Topic.APPLICATIONS, {f"a{number}": "ada"})

    seen: list[str] = []
    with ThreadPoolExecutor(6) as pool:
        writers = [pool.submit(write, number) for number in range(60)]
        version = 0
        while len(seen) < 60 and not all(writer.done() for writer in writers):
            version = _read_on(database, version, seen)
        [writer.result() for writer in writers]
        _read_on(database, version, seen)
    assert sorted(seen) == sorted(f"a{number}" for number in range(60))


def _read_on(database: Database, version: int, seen: list[str]) -> int:
    with database.reading() as session:
        for change in changes_after(session, version):
            seen.extend(change.ids)
            version = change.version
    return version


def test_too_many_at_once_are_told_as_anything(database: Database) -> None:
    with database.writing() as session:
        record_change(session, Topic.APPLICATIONS, {f"a{number}": "ada" for number in range(MOST_NAMED + 1)})
    with database.reading() as session:
        assert changes_after(session, 0)[0].ids == ()


def test_old_changes_are_forgotten_but_versions_only_grow(database: Database) -> None:
    with database.writing() as session:
        record_change(session, Topic.CLUSTER, {})
        last = record_change(session, Topic.CLUSTER, {})
        session.execute(update(ChangeRow).values(at=utc_now() - timedelta(hours=1)))
    with database.writing() as session:
        forget_old_changes(session)
    with database.reading() as session:
        assert [change.version for change in changes_after(session, 0)] == [last]
    with database.writing() as session:
        assert record_change(session, Topic.CLUSTER, {}) > last
