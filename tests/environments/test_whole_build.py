"""From a wish to a kernelspec through a real HDFS, and back."""

import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.api_server import ApiServer
from harness.waiting import wait_until
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.snapshots import APPLICATIONS, write_snapshot
from kubeyard_client.messages.environments import Build, BuildState, Environment, NewEnvironment
from kubeyard_yarn.httpfs import HttpFs, UserFiles

from .workers import Workers

pytestmark = pytest.mark.daemons
STALE = f".{'ab' * 32}.{'0' * 32}.part"


@pytest.fixture(scope="session")
def httpfs_url(request: pytest.FixtureRequest) -> str:
    """Return the HttpFS that KUBEYARD_TEST_HTTPFS_URL names, else that of the whole platform."""
    named = os.environ.get("KUBEYARD_TEST_HTTPFS_URL")
    return named or str(request.getfixturevalue("platform").httpfs_url)


@pytest.fixture
def root(files: UserFiles) -> Iterator[str]:
    """Return a folder of HDFS for this test's archives, with an upload in it that died."""
    made = f"/tmp/kubeyard-test-{uuid.uuid4().hex[:12]}"
    files.create(f"{made}/envs/{STALE}", b"half")
    yield made
    files.delete(made, recursive=True)


@pytest.fixture
def files(httpfs_url: str) -> UserFiles:
    """Return HDFS as the service account."""
    return HttpFs(httpfs_url, "kubeyard").as_service()


@pytest.fixture
def worker(workers: Workers, httpfs_url: str, root: str) -> None:
    """Start a worker that ships to the real HDFS."""
    workers.start(
        KUBEYARD_HTTPFS_URL=httpfs_url,
        KUBEYARD_HDFS_ROOT=root,
        KUBEYARD_API_ARCHIVE_REPLICATION="1",
        KUBEYARD_API_ARCHIVE_GRACE_SECONDS="0",
    )


def build(api: ApiServer, name: str) -> Environment:
    """Ada's environment of this name, built."""
    ada = api.client("ada")
    made = ada.create_environment(NewEnvironment(name=name, pip=("humanize",), driver_memory_mb=768))
    assert made.latest_build is not None
    build_id = made.latest_build.id

    def ended() -> Build | None:
        found = ada.show_build(build_id)
        return found if found.state.is_final else None

    found = wait_until(ended, "the build has ended", timeout_seconds=240, every_seconds=0.3)
    assert found is not None
    assert found.state is BuildState.SUCCEEDED, ada.read_build_log(build_id)
    return ada.show_environment("ada", name)


def names_in(files: UserFiles, root: str) -> list[str]:
    """What lies beside the archives."""
    return [status.name for status in files.list(f"{root}/envs")]


def see_the_cluster(database: Database) -> None:
    """Let the mirror be fresh, as an API server's poller does: without that no archive is removed."""
    with database.writing() as session:
        write_snapshot(session, APPLICATIONS)


@pytest.mark.usefixtures("worker")
def test_an_environment_ships_once_is_shared_and_goes_with_its_last_user(
    api: ApiServer, files: UserFiles, root: str
) -> None:
    lab = build(api, "lab")
    path = f"{root}/envs/{lab.hash}.tar.gz"
    status = files.status(path)
    assert (status.size_bytes, status.permission & 0o444) == (lab.size_bytes, 0o444)
    assert hashlib.sha256(files.read(path)).hexdigest() == lab.hash
    assert names_in(files, root) == [f"{lab.hash}.tar.gz"]

    kernel = json.loads(Path(api.parts.settings.kernelspecs_dir, "ada.lab", "kernel.json").read_text())
    described = kernel["metadata"]["kubeyard"]
    assert described["environment_hash"] == lab.hash
    assert described["driver_memory_mb"] == 768
    assert described["archive"] == {
        "uri": f"hdfs://{path}",
        "size": status.size_bytes,
        "timestamp_ms": status.modified_ms,
        "kind": "ARCHIVE",
        "visibility": "PUBLIC",
    }

    twin = build(api, "twin")
    assert twin.hash == lab.hash
    assert twin.latest_build is not None
    assert [step.state.value for step in twin.latest_build.steps] == ["done"] * 2 + ["skipped"] * 4 + ["done"]
    assert files.status(path).modified_ms == status.modified_ms

    ada = api.client("ada")
    assert "ada/twin" in ada.delete_environment("ada", "lab").reason
    assert ada.delete_environment("ada", "twin").archive_kept is False
    assert not Path(api.parts.settings.kernelspecs_dir, "ada.twin").exists()

    def is_gone() -> bool:
        see_the_cluster(api.parts.database)
        return names_in(files, root) == []

    wait_until(is_gone, "the archive is gone", timeout_seconds=120, every_seconds=1)
