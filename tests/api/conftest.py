"""A migrated database of each kind, the API server on it, and YARN's applications in its mirror."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.api_server import ApiServer, api_settings, running_api
from harness.issuer import Issuer
from harness.postgresql import PostgreSql
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.mirror import write_applications
from kubeyard_api.storage.schema import whole_schema
from kubeyard_api.storage.snapshots import APPLICATIONS, write_snapshot
from kubeyard_yarn.applications import Application
from sqlalchemy import text

SERVICE_USER = "kubeyard"
Mirror = Callable[..., None]


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: PostgreSql) -> str:
    """Return the address of a migrated database, to be emptied before each use."""
    url = postgresql.create_database("migrated")
    _migrate(url)
    return url


def _migrate(url: str) -> None:
    database = Database(url)
    database.migrate()
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of a database without a schema, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'api.db'}"
        return
    server: PostgreSql = request.getfixturevalue("postgresql")
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield server.create_database(name)
    server.drop_database(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a migrated database without rows, of each kind."""
    if request.param == "sqlite":
        return copy_of_migrated_sqlite(request, tmp_path)
    url: str = request.getfixturevalue("migrated_postgresql")
    _empty(url)
    return url


def copy_of_migrated_sqlite(request: pytest.FixtureRequest, folder: Path) -> str:
    """Return the address of a fresh SQLite database with the whole schema."""
    file = folder / "api.db"
    shutil.copyfile(request.getfixturevalue("migrated_sqlite"), file)
    return f"sqlite:///{file}"


def _empty(url: str) -> None:
    database = Database(url)
    tables = ", ".join(table.name for table in whole_schema().sorted_tables)
    with database.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    database.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Return a migrated database, of each kind."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    """Return an issuer whose public key the server knows."""
    return Issuer(tmp_path_factory.mktemp("issuer") / "jwks.json")


@pytest.fixture
def api(database_url: str, issuer: Issuer, tmp_path: Path) -> Iterator[ApiServer]:
    """Return an API server whose cluster and gateway are out of reach, on each kind of database."""
    with running_api(api_settings(tmp_path, database_url, issuer), issuer) as server:
        yield server


@pytest.fixture
def mirror(api: ApiServer) -> Mirror:
    """Return a function that puts applications into the mirror, as the poller does."""

    def write(*applications: Application) -> None:
        with api.parts.database.writing() as session:
            write_applications(session, applications, SERVICE_USER)
            write_snapshot(session, APPLICATIONS)

    return write
