"""The health of the edge and of Hadoop, as administrators are told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.api_server import ApiServer, api_settings, running_api
from harness.issuer import Issuer
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from kubeyard_api.storage.worker_signs import give_sign
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.platform import PlatformPart

INFO = {"clusterInfo": {"id": 1, "state": "STARTED", "haState": "ACTIVE", "resourceManagerVersion": "3.5.0"}}
STATUS = {
    "FileStatus": {
        "pathSuffix": "",
        "type": "DIRECTORY",
        "length": 0,
        "owner": "hdfs",
        "group": "hdfs",
        "permission": "755",
        "modificationTime": 0,
        "replication": 0,
        "blockSize": 0,
    }
}


class Edge:
    """All that an api-server asks, at one address; `answers` says what of it works."""

    def __init__(self) -> None:
        self.server = ScriptedServer(self._answer)
        self.answers = {
            "/healthz": as_json({"status": "ok", "version": "0.1.0"}),
            "/readyz": as_json({"ready": True, "checks": {"resourcemanager": "ok", "hdfs": "ok"}}),
            "/ws/v1/cluster/info": as_json(INFO),
            "/webhdfs/v1/": as_json(STATUS),
            "/ws/v1/history/info": as_json({"historyInfo": {"hadoopVersion": "3.5.0"}}),
        }

    def _answer(self, asked: Asked) -> Answer:
        return self.answers.get(asked.path, Answer(status=404))


@pytest.fixture
def edge() -> Iterator[Edge]:
    running = Edge()
    with running.server:
        yield running


@pytest.fixture
def asked(edge: Edge, database_url: str, tmp_path: Path) -> Iterator[ApiServer]:
    issuer = Issuer(tmp_path / "jwks.json")
    url = edge.server.url
    settings = api_settings(tmp_path, database_url, issuer).model_copy(
        update={"rm_urls": (url,), "httpfs_url": url, "history_url": url, "gateway_url": url}
    )
    with running_api(settings, issuer) as api:
        give_sign(api.parts.database, "here:1:1", 60)
        yield api


def parts_of(api: ApiServer) -> dict[str, PlatformPart]:
    told = api.client("grace", "user", "admin").show_platform()
    return {part.name: part for part in told.parts}


def test_every_part_is_named_with_its_version(asked: ApiServer) -> None:
    parts = parts_of(asked)
    assert {name for name, part in parts.items() if not part.working} == set()
    assert set(parts) == {
        "API server",
        "API server's database",
        "Public keys",
        "Build worker",
        "Gateway",
        "ResourceManager",
        "HttpFS and HDFS",
        "JobHistoryServer",
    }
    assert parts["ResourceManager"].version == "3.5.0"
    assert parts["Gateway"].version == "0.1.0"


def test_part_that_fails_says_why_and_the_others_still_work(asked: ApiServer, edge: Edge) -> None:
    edge.answers["/readyz"] = as_json(
        {"ready": False, "checks": {"hdfs": "no answer within 5 s"}}, status=503
    )
    del edge.answers["/ws/v1/cluster/info"], edge.answers["/ws/v1/history/info"]
    give_sign(asked.parts.database, "here:1:1", -1)
    parts = parts_of(asked)
    assert parts["Gateway"].reason == "hdfs: no answer within 5 s"
    assert "KUBEYARD_RM_URLS" in parts["ResourceManager"].reason
    assert "Logs of applications that have ended cannot be read" in parts["JobHistoryServer"].reason
    assert "no sign of life" in parts["Build worker"].reason
    assert parts["Build worker"].since is not None
    assert parts["HttpFS and HDFS"].working


def test_users_are_not_told(asked: ApiServer) -> None:
    with pytest.raises(ApiError) as refused:
        asked.client("ada").show_platform()
    assert refused.value.status == 403
