"""What is kept of YARN's applications, and what is told of their changes."""

from harness.applications import application, application_id, ended, kernel_application
from kubeyard_api.storage.applications import find_application, find_first_of_kernel
from kubeyard_api.storage.changes import changes_after
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.mirror import active_ids, mark_killing, mark_lost, write_applications
from kubeyard_api.storage.tables import ApplicationRow
from kubeyard_client.messages.events import Change, Topic
from kubeyard_yarn.applications import Application

SERVICE = "kubeyard"


def _write(database: Database, *applications: Application) -> int:
    with database.writing() as session:
        return write_applications(session, applications, SERVICE)


def _row(database: Database, number: int = 1) -> ApplicationRow:
    with database.reading() as session:
        row = find_application(session, application_id(number))
    assert row is not None
    return row


def _changes(database: Database, topic: Topic) -> list[Change]:
    with database.reading() as session:
        return [change for change in changes_after(session, 0) if change.topic is topic]


def test_only_what_differs_is_written_and_told(database: Database) -> None:
    assert _write(database, application(1), application(2, "bob")) == 2
    assert _write(database, application(1), application(2, "bob", progress=55.0)) == 1
    assert _write(database, application(1), application(2, "bob", progress=55.0)) == 0
    told = _changes(database, Topic.APPLICATIONS)
    assert [change.ids for change in told] == [(application_id(1), application_id(2)), (application_id(2),)]
    assert _row(database, 2).version == told[-1].version > _row(database, 1).version


def test_kernel_of_an_application_is_told_too(database: Database) -> None:
    _write(database, kernel_application(1, "ada", "k-1", "ada.science"))
    assert [(change.ids, change.owners) for change in _changes(database, Topic.KERNELS)] == [
        (("k-1",), ("ada",))
    ]
    row = _row(database)
    assert (row.kernel_id, row.kernelspec, row.environment_hash) == ("k-1", "ada.science", "0123456789abcdef")


def test_tag_names_the_owner_of_what_the_platform_submitted(database: Database) -> None:
    _write(database, application(1, SERVICE, "kubeyard,user:ada"))
    assert _row(database).owner == "ada"


def test_tag_of_a_stranger_gives_his_application_to_nobody_else(database: Database) -> None:
    _write(database, application(1, "eve", "kubeyard,user:ada"))
    assert _row(database).owner == "eve"


def test_kernel_belongs_to_whoever_had_its_tag_first(database: Database) -> None:
    _write(database, kernel_application(1, "ada", "k-1", "ada.science"))
    _write(database, kernel_application(2, "eve", "k-1", "eve.science"))
    with database.reading() as session:
        first = find_first_of_kernel(session, "k-1")
    assert first is not None
    assert first.owner == "ada"


def test_end_of_an_application_is_kept(database: Database) -> None:
    _write(database, application(1), application(2))
    _write(database, ended(1, state="KILLED", diagnostics="Killed by ada"))
    row = _row(database)
    assert (row.state, row.is_active, row.diagnostics, row.memory_mb) == ("KILLED", False, "Killed by ada", 0)
    with database.reading() as session:
        assert active_ids(session) == {application_id(2)}


def test_moments_that_yarn_no_longer_tells_are_kept(database: Database) -> None:
    _write(database, application(1))
    started_at = _row(database).started_at
    _write(database, application(1, startedTime=0, progress=90.0))
    assert _row(database).started_at == started_at
    assert _row(database).progress_percent == 90.0


def test_kill_is_remembered_and_told(database: Database) -> None:
    _write(database, application(1))
    with database.writing() as session:
        mark_killing(session, application_id(1), "ada")
    assert _row(database).killing_by == "ada"
    _write(database, application(1, progress=20.0))
    assert _row(database).killing_by == "ada"
    assert len(_changes(database, Topic.APPLICATIONS)) == 3


def test_application_that_yarn_forgot_ends_as_failed_with_the_reason(database: Database) -> None:
    _write(database, application(1))
    with database.writing() as session:
        mark_lost(session, application_id(1))
    row = _row(database)
    assert (row.state, row.is_active, row.memory_mb) == ("FAILED", False, 0)
    assert "forgotten" in row.diagnostics
    assert row.finished_at is not None


def test_many_applications_are_written_at_once(database: Database) -> None:
    assert _write(database, *(application(number) for number in range(1, 1001))) == 1000
    assert _write(database, *(application(number) for number in range(1, 1001))) == 0
