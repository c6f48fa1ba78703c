"""Bringing the database's tables up to date, from any number of processes at once."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from kubeyard_web.database import Database

FOLDER = Path(__file__).parent
VERSION_TABLE = "web_schema_version"
# Any number will do that no other program takes for its own advisory lock in the same database.
POSTGRESQL_LOCK = 5_900_213_441


def migrate(database: Database) -> None:
    """Apply what is missing, in one transaction; whoever comes second waits, and finds nothing to do."""
    with database.connection() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({POSTGRESQL_LOCK})"))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Whether the tables have all that this program was written for.

    Newer ones do: a release only adds to the tables of the one before, whose processes go on serving while
    an upgrade replaces them one by one.
    """
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return (context.get_current_revision() or "") >= _newest()


@cache
def _newest() -> str:
    """Revisions are numbered, four digits each, so that they can be compared."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
