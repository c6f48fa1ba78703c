"""One database: its engine, its sessions and its schema's version."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_SECONDS = 10
CLOSE_SECONDS = 2


class DatabaseClosed(RuntimeError):  # noqa: N818 - it names what happened
    """The process is stopping: whoever still works must let go."""


class Database:
    """Where the API server keeps what it must remember."""

    def __init__(self, url: str) -> None:
        self.url = _with_driver(make_url(url))
        self.engine = _engine(self.url)
        self._idle = threading.Condition()
        self._sessions = 0
        self._closed = False
        # SQLite cannot turn a reader into a writer while another writes: say at once what is meant.
        self._writers = self.engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one consistent state; what it changes is dropped."""
        with self._open(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back by an exception."""
        with self._open(), Session(self._writers, expire_on_commit=False) as session, session.begin():
            yield session

    def migrate(self, revision: str = "head") -> None:
        """Bring the schema forward to `revision`; nothing happens when it is already there."""
        with self._writers.connect() as connection:
            command.upgrade(_alembic(connection), revision)

    def revert(self, revision: str = "base") -> None:
        """Take the schema back to `revision`, with the data of what is taken away."""
        with self._writers.connect() as connection:
            command.downgrade(_alembic(connection), revision)

    def is_current(self) -> bool:
        """Whether the schema is the one that this code was written for."""
        with self.engine.connect() as connection:
            here = set(MigrationContext.configure(connection).get_current_heads())
        return here == _heads()

    def close(self) -> None:
        """Close every connection, once the sessions in use have ended; no session begins after that."""
        with self._idle:
            self._closed = True
            self._idle.wait_for(lambda: self._sessions == 0, CLOSE_SECONDS)
        self.engine.dispose()

    @contextmanager
    def _open(self) -> Iterator[None]:
        with self._idle:
            if self._closed:
                raise DatabaseClosed("the server is stopping")
            self._sessions += 1
        try:
            yield
        finally:
            with self._idle:
                self._sessions -= 1
                self._idle.notify_all()


@cache
def _heads() -> set[str]:
    return set(ScriptDirectory(str(MIGRATIONS)).get_heads())


def _with_driver(url: URL) -> URL:
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _engine(url: URL) -> Engine:
    # As many connections as there are threads that may want one at once.
    pool = {"pool_size": 20, "max_overflow": 60, "pool_timeout": 10}
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, **pool)
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN comes late and never IMMEDIATE; we send it ourselves.
    connection.isolation_level = None
    _use_write_ahead_log(connection)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Change a new file's mode; beside a writer SQLite refuses that at once, whatever its busy timeout."""
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
