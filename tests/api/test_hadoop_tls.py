"""The API server before a Hadoop behind https, with certificates by an authority of the cluster's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.api_server import ApiServer, api_settings, running_api
from harness.issuer import Issuer
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from harness.tls import context_of, make_certificate
from kubeyard_api.builder.failure import BuildFailure
from kubeyard_api.builder.publish import ArchiveStore
from kubeyard_client.messages.platform import PlatformPart
from kubeyard_yarn.errors import Unreachable

from .conftest import copy_of_migrated_sqlite

CONTAINER = "container_1_0001_01_000001"
LOG = b"LogType:stdout\nLogLength:3\nLogContents:\nhi\n\nEnd of LogType:stdout\n"
ANSWERS = {
    "/ws/v1/cluster/info": as_json({"clusterInfo": {"state": "STARTED", "haState": "ACTIVE"}}),
    "/webhdfs/v1/": as_json({"FileStatus": {"type": "DIRECTORY"}}),
    "/ws/v1/history/info": as_json({"historyInfo": {"hadoopVersion": "3.5.0"}}),
    f"/ws/v1/node/containerlogs/{CONTAINER}/stdout": Answer(LOG, headers={"Content-Type": "text/plain"}),
}


def answer(asked: Asked) -> Answer:
    """Answer as every one of Hadoop's services."""
    return ANSWERS.get(asked.path, Answer(status=404))


@pytest.fixture
def hadoop(tmp_path: Path) -> Iterator[ScriptedServer]:
    make_certificate(tmp_path / "tls", "127.0.0.1")
    with ScriptedServer(answer, context_of(tmp_path / "tls")) as server:
        yield server


@pytest.fixture
def ca_file(tmp_path: Path) -> Path | None:
    """Return the authority's file; a test may replace it."""
    return tmp_path / "tls" / "ca.crt"


@pytest.fixture
def api(
    hadoop: ScriptedServer, ca_file: Path | None, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[ApiServer]:
    issuer, url = Issuer(tmp_path / "jwks.json"), copy_of_migrated_sqlite(request, tmp_path)
    addresses = {"rm_urls": (hadoop.url,), "httpfs_url": hadoop.url, "history_url": hadoop.url}
    settings = api_settings(tmp_path, url, issuer, hadoop_ca_file=ca_file, **addresses)
    with running_api(settings, issuer) as server:
        yield server


def of_hadoop(api: ApiServer) -> dict[str, PlatformPart]:
    told = api.client("grace", "user", "admin").show_platform()
    parts = {part.name: part for part in told.parts}
    return {name: parts[name] for name in ("ResourceManager", "HttpFS and HDFS", "JobHistoryServer")}


def test_every_service_is_believed(api: ApiServer) -> None:
    assert [part.reason for part in of_hadoop(api).values() if not part.working] == []
    assert api.parts.resource_manager.info().is_active
    assert api.parts.httpfs.as_service().status("/").is_folder


def test_builds_find_their_archives(api: ApiServer) -> None:
    said: list[str] = []
    assert ArchiveStore.of(api.parts.settings, said.append).find("/") is not None
    assert said == []


def test_nodes_are_asked_as_the_resource_manager_is(api: ApiServer, hadoop: ScriptedServer) -> None:
    """Their addresses do not tell how they are spoken to."""
    node = hadoop.url.removeprefix("https://")
    assert api.parts.container_logs.read(CONTAINER, "stdout", node, length=10).content == b"hi\n"


@pytest.mark.parametrize("ca_file", [None])
def test_an_authority_that_nobody_named_is_told_with_the_setting(api: ApiServer, ca_file: None) -> None:
    for part in of_hadoop(api).values():
        assert not part.working
        assert "KUBEYARD_HADOOP_CA_FILE" in part.reason
    with pytest.raises(Unreachable, match="not believed"):
        api.parts.resource_manager.metrics()


@pytest.mark.parametrize("ca_file", [None])
def test_builds_say_which_setting_their_archives_take(
    api: ApiServer, ca_file: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubeyard_api.builder.publish.WAITS_SECONDS", ())
    said: list[str] = []
    with pytest.raises(BuildFailure, match="KUBEYARD_HADOOP_CA_FILE"):
        ArchiveStore.of(api.parts.settings, said.append).find("/")
