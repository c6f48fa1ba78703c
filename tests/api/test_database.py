"""The schema, up and down, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from harness.sqlite_writer import writing_for_a_moment
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.schema import whole_schema
from sqlalchemy import inspect


@pytest.fixture
def empty_database(empty_database_url: str) -> Iterator[Database]:
    """Return a database without a schema."""
    opened = Database(empty_database_url)
    yield opened
    opened.close()


def test_migrations_make_exactly_the_tables_that_the_code_reads(empty_database: Database) -> None:
    assert not empty_database.is_current()
    empty_database.migrate()
    assert empty_database.is_current()
    with empty_database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), whole_schema()) == []


def test_migrations_can_be_taken_back_and_made_again(empty_database: Database) -> None:
    empty_database.migrate()
    empty_database.revert()
    assert inspect(empty_database.engine).get_table_names() == ["alembic_version"]
    empty_database.migrate()
    empty_database.migrate()
    assert empty_database.is_current()


def test_each_migration_can_be_taken_back_alone(empty_database: Database) -> None:
    empty_database.migrate("0001")
    tables = set(inspect(empty_database.engine).get_table_names())
    empty_database.migrate()
    empty_database.revert("0001")
    assert set(inspect(empty_database.engine).get_table_names()) == tables


def test_a_new_file_is_opened_beside_one_who_writes_it(tmp_path: Path) -> None:
    """The first start opens it from several processes at once."""
    file = tmp_path / "fresh.sqlite"
    with writing_for_a_moment(file):
        opened = Database(f"sqlite:///{file}")
        with opened.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        opened.close()
