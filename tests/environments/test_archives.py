"""When an archive may go: not while an environment, a build or an application needs it."""

from datetime import timedelta

import pytest
from harness.applications import application, ended
from kubeyard_api.storage.archives import forget_archive, give_up_unused, pin_known_archive, reserve_digest
from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.builds import claim_next, finish
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.environments_tables import BuildRow, EnvironmentRow
from kubeyard_api.storage.mirror import write_applications
from kubeyard_client.messages.environments import BuildState

from .rows import add_archive, queue_build

DIGEST = "ab" * 32
NOW = timedelta(0)


@pytest.fixture
def archive(database: Database) -> str:
    """Return the digest of an archive that nobody uses."""
    add_archive(database, DIGEST)
    return DIGEST


def removable(database: Database, grace: timedelta = NOW) -> list[str]:
    """What would be removed now; nothing is marked."""
    with database.reading() as session:
        return [row.sha256 for row in give_up_unused(session, grace)]


def test_an_archive_that_nobody_uses_goes_after_its_grace(database: Database, archive: str) -> None:
    assert removable(database, timedelta(minutes=1)) == []
    assert removable(database) == [archive]


def test_an_environment_keeps_its_archive_until_it_is_deleted(database: Database, archive: str) -> None:
    queue_build(database)
    with database.writing() as session:
        row = session.query(EnvironmentRow).one()
        row.archive_sha256 = archive
    assert removable(database) == []
    with database.writing() as session:
        session.query(EnvironmentRow).one().deleted_at = utc_now()
    assert removable(database) == [archive]


def test_a_build_that_is_about_to_use_it_keeps_it(database: Database, archive: str) -> None:
    build_id = queue_build(database)
    with database.writing() as session:
        claim_next(session, "here:1:1", 60)
        assert pin_known_archive(session, session.get_one(BuildRow, build_id), archive) is not None
    assert removable(database) == []
    with database.writing() as session:
        finish(session, session.get_one(BuildRow, build_id), BuildState.FAILED)
    assert removable(database) == [archive]


def test_an_application_keeps_it_until_it_has_ended(database: Database, archive: str) -> None:
    tags = f"kubeyard,user:ada,env:{archive[:16]}"
    running = application(owner="kubeyard", tags=tags)
    with database.writing() as session:
        write_applications(session, [running], "kubeyard")
    assert removable(database) == []
    with database.writing() as session:
        write_applications(session, [ended(owner="kubeyard", applicationTags=tags)], "kubeyard")
    assert removable(database) == [archive]


def test_an_archive_that_is_being_removed_is_neither_reused_nor_published_over(
    database: Database, archive: str
) -> None:
    build_id = queue_build(database)
    with database.writing() as session:
        claim_next(session, "here:1:1", 60)
        assert [row.sha256 for row in give_up_unused(session, NOW)] == [archive]
    with database.writing() as session:
        build = session.get_one(BuildRow, build_id)
        assert pin_known_archive(session, build, archive) is None
        assert reserve_digest(session, build, archive) is False
    with database.writing() as session:
        forget_archive(session, archive)
    with database.writing() as session:
        assert reserve_digest(session, session.get_one(BuildRow, build_id), archive) is True


def test_an_archive_that_a_build_has_reserved_stays(database: Database, archive: str) -> None:
    build_id = queue_build(database)
    with database.writing() as session:
        claim_next(session, "here:1:1", 60)
        assert reserve_digest(session, session.get_one(BuildRow, build_id), archive) is True
    assert removable(database) == []
