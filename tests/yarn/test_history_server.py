"""The version of the server of what has ended: Hadoop 3's JobHistoryServer, or Hadoop 2's timeline server."""

from collections.abc import Iterator

import pytest
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from kubeyard_yarn.errors import YarnError
from kubeyard_yarn.history import HistoryServer

ANSWERS = {
    "/ws/v1/history/info": {"historyInfo": {"startedOn": 1, "hadoopVersion": "3.5.0"}},
    "/ws/v1/applicationhistory/about": {
        "About": "Generic History Service API",
        "timeline-service-version": "2.10.2",
        "hadoop-version": "2.10.2",
    },
}


def answer(asked: Asked) -> Answer:
    """Answer as either of them, each at its own path alone."""
    return as_json(ANSWERS[asked.path]) if asked.path in ANSWERS else Answer(status=404)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(answer) as started:
        yield started


@pytest.mark.parametrize("end", ["", "/"])
@pytest.mark.parametrize(("path", "version"), [("", "3.5.0"), ("/ws/v1/applicationhistory", "2.10.2")])
def test_each_tells_its_version(server: ScriptedServer, path: str, version: str, end: str) -> None:
    assert HistoryServer(server.url + path + end, "kubeyard").version() == version
    assert [asked.params for asked in server.asked] == [{"user.name": "kubeyard"}]


def test_an_answer_without_a_version_is_told_as_none(server: ScriptedServer) -> None:
    server.script = lambda asked: as_json({"historyInfo": {}})
    assert HistoryServer(server.url, "kubeyard").version() == ""


def test_an_address_of_something_else_is_an_error(server: ScriptedServer) -> None:
    with pytest.raises(YarnError):
        HistoryServer(f"{server.url}/elsewhere", "kubeyard").version()
