"""The database: both kinds, their migrations, and what must hold on each."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from harness.postgresql import PostgreSql
from harness.sqlite_writer import writing_for_a_moment
from harness.web_ui import WebUi, password_of, running_web_ui
from kubeyard_web.accounts.delays import LoginDelays, MustWait
from kubeyard_web.accounts.models import User
from kubeyard_web.clock import Clock
from kubeyard_web.database import Base, Database
from kubeyard_web.migrations.run import VERSION_TABLE, is_current, migrate

MIGRATE = """
import sys
from kubeyard_web.clock import Clock
from kubeyard_web.database import Database
from kubeyard_web.migrations.run import migrate
migrate(Database(sys.argv[1]))
"""


class StoppedClock(Clock):
    """A clock by which everything happens at once."""

    def now(self) -> datetime:
        """Always the same moment."""
        return datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/fresh.sqlite"
        return
    server: PostgreSql = request.getfixturevalue("postgresql")
    url = server.create_database("fresh")
    yield "postgresql+psycopg" + url.removeprefix("postgresql")
    server.drop_database("fresh")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of each kind."""
    opened = Database(database_url)
    migrate(opened)
    yield opened
    opened.close()


def test_migrations_make_the_tables_that_the_program_describes(database: Database) -> None:
    with database.engine.connect() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
    assert is_current(database)


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.writing() as session:
        session.add(User(name="ada", display_name="Ada", password_hash="x", created_at=datetime.now(UTC)))

    migrate(database)

    with database.reading() as session:
        assert session.get_one(User, "ada").groups == []


@pytest.mark.slow
def test_migrating_from_several_processes_at_once_does_it_once(database_url: str) -> None:
    argv = [sys.executable, "-c", MIGRATE, database_url]
    processes = [subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in processes:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said

    database = Database(database_url)
    assert is_current(database)
    database.close()


def test_a_new_file_is_opened_beside_one_who_writes_it(tmp_path: Path) -> None:
    """The first start opens it from several processes at once."""
    file = tmp_path / "fresh.sqlite"
    with writing_for_a_moment(file):
        opened = Database(f"sqlite:///{file}")
        with opened.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        opened.close()


def test_moments_come_back_as_they_were(database: Database) -> None:
    moment = datetime(2026, 11, 21, 7, 30, 15, 123456, tzinfo=UTC)
    with database.writing() as session:
        session.add(User(name="ada", display_name="Ada", password_hash="x", created_at=moment))

    with database.reading() as session:
        assert session.get_one(User, "ada").created_at == moment


def test_first_failures_at_once_are_all_counted(database: Database) -> None:
    delays = LoginDelays(database, StoppedClock())
    began = []

    def attempt() -> None:
        try:
            delays.begin_attempt("bob", "192.0.2.1")
        except MustWait:
            return
        began.append(1)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(began) == 3


def test_the_whole_of_logging_in_and_out_works(database_url: str, tmp_path: Path) -> None:
    with running_web_ui(tmp_path / "web", web_database_url=database_url) as web_ui:
        _walk(web_ui)


def _walk(web_ui: WebUi) -> None:
    web_ui.add_user("bob")
    assert web_ui.browser().log_in("bob", "wrong").status_code == 401
    browser = web_ui.browser_of("bob")
    form = {"current": password_of("bob"), "new": "another long word", "repeated": "another long word"}
    assert browser.post("/account/password", form).status_code == 302
    assert browser.post("/logout", {}, page="/account/password").status_code == 302
    assert web_ui.browser().log_in("bob", "another long word").status_code == 302
