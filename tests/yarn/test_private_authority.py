"""Hadoop behind https with certificates by an authority of the cluster's own."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from harness.tls import context_of, make_certificate, write_revocations
from kubeyard_yarn.authorities import authorities_in
from kubeyard_yarn.errors import Unreachable
from kubeyard_yarn.history import HistoryServer
from kubeyard_yarn.httpfs import HttpFs
from kubeyard_yarn.logs import ContainerLogs
from kubeyard_yarn.resource_manager import ResourceManager

CONTAINER = "container_1_0001_01_000001"
Call = Callable[[str, Path | None], object]


def answer(asked: Asked) -> Answer:
    """Answer as every one of Hadoop's services."""
    if asked.path.startswith("/ws/v1/node/containerlogs/"):
        text = b"LogType:stdout\nLogLength:3\nLogContents:\nhi\n\nEnd of LogType:stdout\n"
        return Answer(text, headers={"Content-Type": "text/plain"})
    return as_json({"historyInfo": {"hadoopVersion": "3.5.0"}, "apps": {}, "FileStatus": {"type": "FILE"}})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a certificate for 127.0.0.1 and of its authority's."""
    found = tmp_path_factory.mktemp("tls")
    make_certificate(found, "127.0.0.1")
    return found


@pytest.fixture
def server(folder: Path) -> Iterator[ScriptedServer]:
    with ScriptedServer(answer, context_of(folder)) as started:
        yield started


def list_applications(url: str, ca_file: Path | None) -> object:
    return ResourceManager([url], "kubeyard", ca_file=ca_file).applications()


def list_as_somebody(url: str, ca_file: Path | None) -> object:
    return ResourceManager([url], "kubeyard", ca_file=ca_file).as_user("ada").applications()


def look_at_a_file(url: str, ca_file: Path | None) -> object:
    return HttpFs(url, "kubeyard", ca_file=ca_file).as_user("ada").status("/user/ada/a")


def read_a_log_at_its_node(url: str, ca_file: Path | None) -> object:
    node = url.removeprefix("https://")
    logs = ContainerLogs("http://127.0.0.1:9", "kubeyard", node_scheme="https", ca_file=ca_file)
    return logs.read(CONTAINER, "stdout", node, length=10)


def ask_for_a_version(url: str, ca_file: Path | None) -> object:
    return HistoryServer(url, "kubeyard", ca_file=ca_file).version()


CALLS = (list_applications, list_as_somebody, look_at_a_file, read_a_log_at_its_node, ask_for_a_version)


@pytest.mark.parametrize("call", CALLS)
def test_every_client_believes_the_authority_that_it_is_told(
    call: Call, server: ScriptedServer, folder: Path
) -> None:
    call(server.url, folder / "ca.crt")
    assert server.asked


@pytest.mark.parametrize("call", CALLS)
def test_no_client_believes_another(call: Call, server: ScriptedServer) -> None:
    with pytest.raises(Unreachable, match=r"not believed .*KUBEYARD_HADOOP_CA_FILE"):
        call(server.url, None)
    assert server.asked == []


def test_a_certificate_for_another_name_is_told_as_that(server: ScriptedServer, folder: Path) -> None:
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    with pytest.raises(Unreachable, match=r"not believed .*localhost"):
        list_applications(elsewhere, folder / "ca.crt")


@pytest.mark.parametrize("content", [None, "", "-----BEGIN CERTIFICATE-----\nnothing\n"])
def test_a_file_without_an_authority_is_refused_by_name(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_text(content)
    remedy = "give a PEM file that this service's account may read"
    with pytest.raises(ValueError, match=rf"^{re.escape(str(file))} cannot be read .*; {remedy}$"):
        authorities_in(file)


def test_what_was_revoked_is_no_authority(tmp_path: Path) -> None:
    file = write_revocations(tmp_path / "revoked.pem")
    with pytest.raises(ValueError, match=f"^{re.escape(str(file))} holds no certificate; give "):
        authorities_in(file)
