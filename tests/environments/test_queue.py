"""The queue of builds, on both databases: each build for one worker, none lost, none done twice."""

import subprocess
import sys

import pytest
from kubeyard_api.storage.builds import (
    MOST_ATTEMPTS,
    Claim,
    claim_next,
    expired_builds,
    find_build,
    finish,
    give_back,
    held,
    queue_position,
    record_steps,
    renew_lease,
    request_cancel,
)
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.environments_tables import BuildRow, EnvironmentRow
from kubeyard_client.messages.environments import BuildError, BuildState

from .rows import queue_build

CLAIM_ALL = """
import sys
from kubeyard_api.storage.builds import claim_next
from kubeyard_api.storage.database import Database

database = Database(sys.argv[1])
while True:
    with database.writing() as session:
        claim = claim_next(session, sys.argv[2], 60)
    if claim is None:
        break
    print(claim.build_id)
database.close()
"""
LOST = BuildError(code="worker_lost", detail="The worker died.")


def claim(database: Database, lease_seconds: float = 60) -> Claim:
    """Claim the next build."""
    with database.writing() as session:
        found = claim_next(session, "here:1:1", lease_seconds)
    assert found is not None
    return found


def row_of(database: Database, build_id: str) -> BuildRow:
    """A build as it is now."""
    with database.reading() as session:
        row = find_build(session, build_id)
    assert row is not None
    return row


def environment_state(database: Database, build_id: str) -> str:
    """The state of the environment that a build makes."""
    with database.reading() as session:
        return session.get_one(EnvironmentRow, row_of(database, build_id).environment_id).state


def test_workers_at_once_claim_every_build_exactly_once(database_url: str, database: Database) -> None:
    builds = {queue_build(database, f"lab-{number}") for number in range(24)}
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIM_ALL, database_url, f"w{number}"], stdout=subprocess.PIPE, text=True
        )
        for number in range(3)
    ]
    claimed = [line for worker in workers for line in worker.communicate(timeout=120)[0].split()]
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert sorted(claimed) == sorted(builds)


def test_the_build_that_has_waited_longest_comes_first(database: Database) -> None:
    first, second = queue_build(database, "one"), queue_build(database, "two")
    with database.reading() as session:
        assert queue_position(session, row_of(database, first)) == 1
        assert queue_position(session, row_of(database, second)) == 2
    assert claim(database).build_id == first
    with database.reading() as session:
        assert queue_position(session, row_of(database, first)) is None
        assert queue_position(session, row_of(database, second)) == 1


def test_an_empty_queue_gives_nothing(database: Database) -> None:
    with database.writing() as session:
        assert claim_next(session, "here:1:1", 60) is None


def test_a_lease_that_ran_out_gives_the_build_to_another_worker(database: Database) -> None:
    queue_build(database)
    lost = claim(database, lease_seconds=-1)
    with database.writing() as session:
        (expired,) = expired_builds(session)
        give_back(session, expired, LOST)
    again = claim(database)
    assert again.build_id == lost.build_id
    assert again.token != lost.token
    # The worker that was only slow can no longer write, and learns it.
    with database.writing() as session:
        assert renew_lease(session, lost, 60) is None
        assert held(session, lost) is None
        assert record_steps(session, lost, []) is False
        assert held(session, again) is not None


def test_a_renewed_lease_does_not_run_out(database: Database) -> None:
    queue_build(database)
    mine = claim(database, lease_seconds=-1)
    with database.writing() as session:
        assert renew_lease(session, mine, 60) is not None
    with database.writing() as session:
        assert list(expired_builds(session)) == []


def test_a_build_that_kills_its_worker_is_given_up_in_the_end(database: Database) -> None:
    build_id = queue_build(database)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert claim(database, lease_seconds=-1).build_id == build_id
        assert row_of(database, build_id).attempts == attempt
        with database.writing() as session:
            give_back(session, session.get_one(BuildRow, build_id), LOST)
    row = row_of(database, build_id)
    assert (row.state, row.error_code) == (BuildState.FAILED.value, "worker_lost")
    assert environment_state(database, build_id) == "failed"


def test_a_worker_that_stops_in_order_costs_no_attempt(database: Database) -> None:
    build_id = queue_build(database)
    for _ in range(MOST_ATTEMPTS + 1):
        claim(database)
        with database.writing() as session:
            give_back(session, session.get_one(BuildRow, build_id))
    assert row_of(database, build_id).state == BuildState.QUEUED.value


def test_a_waiting_build_is_cancelled_at_once(database: Database) -> None:
    build_id = queue_build(database)
    with database.writing() as session:
        request_cancel(session, session.get_one(BuildRow, build_id), "ada")
    row = row_of(database, build_id)
    assert (row.state, row.cancel_requested_by) == (BuildState.CANCELLED.value, "ada")
    assert environment_state(database, build_id) == "cancelled"


def test_a_cancelled_build_is_not_begun_again_when_its_worker_dies(database: Database) -> None:
    build_id = queue_build(database)
    claim(database, lease_seconds=-1)
    with database.writing() as session:
        request_cancel(session, session.get_one(BuildRow, build_id), "ada")
        give_back(session, session.get_one(BuildRow, build_id), LOST)
    assert row_of(database, build_id).state == BuildState.CANCELLED.value


@pytest.mark.parametrize("state", [BuildState.FAILED, BuildState.CANCELLED])
def test_an_environment_that_was_ready_stays_so(database: Database, state: BuildState) -> None:
    from .rows import add_archive

    build_id = queue_build(database)
    mine = claim(database)
    add_archive(database, "a" * 64)
    with database.writing() as session:
        row = held(session, mine)
        assert row is not None
        session.get_one(EnvironmentRow, row.environment_id).archive_sha256 = "a" * 64
        finish(session, row, state)
    assert environment_state(database, build_id) == "ready"
