"""A migrated database of each kind, the API on it, and workers as processes of their own."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.api_server import NOWHERE, ApiServer, api_settings, running_api
from harness.issuer import Issuer
from harness.package_index import PackageIndex, running_index
from harness.postgresql import PostgreSql
from kubeyard_api.storage.database import Database

from .workers import Workers


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrate(f"sqlite:///{file}")
    return file


def migrate(url: str) -> None:
    """Bring a database to the newest schema."""
    database = Database(url)
    database.migrate()
    database.close()


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """Return the address of a migrated SQLite database."""
    file = tmp_path / "api.db"
    shutil.copyfile(migrated_sqlite, file)
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of a migrated database, of each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server: PostgreSql = request.getfixturevalue("postgresql")
    name = f"test_{uuid.uuid4().hex[:12]}"
    url = server.create_database(name)
    migrate(url)
    yield url
    server.drop_database(name)


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
def api(sqlite_url: str, issuer: Issuer, tmp_path: Path) -> Iterator[ApiServer]:
    """Return an API server whose cluster is out of reach."""
    settings = api_settings(tmp_path, sqlite_url, issuer, api_builds_dir=tmp_path / "builds")
    with running_api(settings, issuer) as server:
        yield server


@pytest.fixture
def index() -> Iterator[PackageIndex]:
    """Return an index whose packages come before the usual ones."""
    with running_index() as served:
        yield served


@pytest.fixture
def workers(sqlite_url: str, issuer: Issuer, index: PackageIndex, tmp_path: Path) -> Iterator[Workers]:
    """Return a place to start workers on the API's database; all are gone afterwards."""
    made = Workers(
        {
            "KUBEYARD_JWKS_FILE": str(issuer.jwks_file),
            "KUBEYARD_API_DATABASE_URL": sqlite_url,
            "KUBEYARD_API_BUILDS_DIR": str(tmp_path / "builds"),
            "KUBEYARD_KERNELSPECS_DIR": str(tmp_path / "kernelspecs"),
            "KUBEYARD_RM_URLS": NOWHERE,
            "KUBEYARD_HISTORY_URL": NOWHERE,
            "KUBEYARD_HTTPFS_URL": NOWHERE,
            "KUBEYARD_GATEWAY_URL": NOWHERE,
            "KUBEYARD_API_BUILD_LEASE_SECONDS": "2",
            "UV_INDEX": index.url,
        },
        tmp_path / "worker.log",
    )
    yield made
    made.end_all()
