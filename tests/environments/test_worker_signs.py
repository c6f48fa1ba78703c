"""Whether a build worker lives: its sign, how it runs out, and who is told."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.api_server import ApiServer
from harness.waiting import wait_until
from kubeyard_api.storage.changes import changes_after, known_versions
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.environments_tables import WorkerSignRow
from kubeyard_api.storage.worker_signs import BUILDS, give_sign, read_worker, tell_if_missed
from kubeyard_api.worker_watch import WorkerWatch
from kubeyard_client.messages.environments import BuildWorker, NewEnvironment
from kubeyard_client.messages.events import Change, Topic

from .workers import Workers

ME = "here:1:1"


def worker_of(database: Database) -> BuildWorker:
    """What is known of the worker."""
    with database.reading() as session:
        return read_worker(session)


def sign_of(database: Database) -> WorkerSignRow:
    """The sign as it is kept."""
    with database.reading() as session:
        return session.get_one(WorkerSignRow, BUILDS)


def told(database: Database) -> list[Change]:
    """The changes that pages were told of."""
    with database.reading() as session:
        return changes_after(session, 0)


def test_a_worker_that_shows_life_is_healthy(database: Database) -> None:
    give_sign(database, ME, 60)
    assert worker_of(database) == BuildWorker(healthy=True)


def test_a_sign_runs_out_and_says_since_when(database: Database) -> None:
    give_sign(database, ME, -1)
    worker = worker_of(database)
    assert not worker.healthy
    assert worker.silent_since == sign_of(database).seen_at


def test_a_worker_that_never_was_has_been_silent_for_no_known_time(database: Database) -> None:
    assert worker_of(database) == BuildWorker(healthy=False)
    assert tell_if_missed(database) is False


def test_everybody_is_told_once_when_it_goes_and_once_when_it_comes(database: Database) -> None:
    give_sign(database, ME, 60)
    give_sign(database, ME, -1)
    assert len(told(database)) == 1, "a renewed sign is no news"
    assert [tell_if_missed(database) for _ in range(3)] == [True, False, False]
    assert len(told(database)) == 2
    give_sign(database, ME, 60)
    assert [(change.topic, change.ids) for change in told(database)] == [(Topic.ENVIRONMENTS, ())] * 3


def test_a_page_that_saw_it_gone_before_anybody_was_told_is_told_of_its_return(database: Database) -> None:
    give_sign(database, ME, -1)
    give_sign(database, ME, 60)
    assert len(told(database)) == 2


def test_one_worker_that_lives_is_enough(database: Database) -> None:
    give_sign(database, "here:1:1", 60)
    give_sign(database, "there:2:2", 60)
    assert sign_of(database).worker == "there:2:2"
    assert tell_if_missed(database) is False


def test_many_first_signs_at_once_make_one(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: give_sign(database, f"worker {number}", 60), range(8)))
    assert worker_of(database).healthy
    assert len(told(database)) == 1


def test_only_one_of_many_watchers_tells(database: Database) -> None:
    give_sign(database, ME, -1)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: tell_if_missed(database), range(8))) == 1


@pytest.fixture
def watch(api: ApiServer) -> Iterator[WorkerWatch]:
    """Return the watch that a server keeps, looking."""
    made = WorkerWatch(api.parts)
    made.start()
    yield made
    made.stop()


@pytest.mark.slow
@pytest.mark.usefixtures("watch")
def test_a_server_notices_by_itself_that_the_worker_fell_silent(api: ApiServer) -> None:
    give_sign(api.parts.database, ME, 60)
    gauge = "kubeyard_api_build_worker_healthy"
    wait_until(lambda: f"{gauge} 1.0" in api.parts.metrics.text(), "the worker is counted as healthy")
    with api.parts.database.reading() as session:
        _, before = known_versions(session)
    give_sign(api.parts.database, ME, -1)
    wait_until(lambda: told(api.parts.database)[-1].version > before, "its silence is told")
    wait_until(lambda: f"{gauge} 0.0" in api.parts.metrics.text(), "the worker is counted as gone")


def test_environments_and_builds_tell_how_the_worker_is(api: ApiServer) -> None:
    ada = api.client("ada")
    made = ada.create_environment(NewEnvironment(name="lab", pip=("humanize",)))
    assert made.latest_build is not None
    assert made.latest_build.worker == BuildWorker(healthy=False)
    give_sign(api.parts.database, ME, 60)
    assert ada.list_environments().worker.healthy
    assert ada.show_build(made.latest_build.id).worker.healthy
    give_sign(api.parts.database, ME, -1)
    build = ada.show_build(made.latest_build.id)
    assert build.worker.silent_since == sign_of(api.parts.database).seen_at
    assert build.queue_position == 1
    assert ada.list_environments().worker == build.worker


@pytest.mark.slow
def test_a_killed_worker_is_silent_and_its_successor_is_not(api: ApiServer, workers: Workers) -> None:
    database = api.parts.database
    first = workers.start(KUBEYARD_API_WORKER_SILENCE_SECONDS="1")
    wait_until(lambda: worker_of(database).healthy, "the worker shows life", timeout_seconds=60)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    silent = wait_until(lambda: worker_of(database).silent_since, "its sign has run out")
    assert silent == sign_of(database).seen_at
    workers.start(KUBEYARD_API_WORKER_SILENCE_SECONDS="1")
    wait_until(lambda: worker_of(database).healthy, "the next worker shows life", timeout_seconds=60)


@pytest.mark.slow
def test_a_worker_goes_on_showing_life(api: ApiServer, workers: Workers) -> None:
    workers.start(KUBEYARD_API_WORKER_SILENCE_SECONDS="1")
    database = api.parts.database
    wait_until(lambda: worker_of(database).healthy, "the worker shows life", timeout_seconds=60)
    first = sign_of(database).seen_at
    wait_until(lambda: sign_of(database).seen_at > first, "the sign is renewed")
