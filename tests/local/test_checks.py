"""What is said before anything is started."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from kubeyard_local import checks
from kubeyard_local.problem import Problem
from kubeyard_local.settings import Settings, from_environment

LISTENER = """
import socket, sys
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def listener() -> Iterator[tuple[int, int]]:
    """A process that listens: its port and its id."""
    with subprocess.Popen(
        (sys.executable, "-c", LISTENER), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline()), process.pid
        process.terminate()


def reasons(settings: Settings, starting: tuple[str, ...], path: str = os.environ["PATH"]) -> str:
    with pytest.raises(Problem) as caught:
        checks.check(settings, starting, {"PATH": path})
    return "\n".join(caught.value.reasons)


def test_a_taken_port_is_named_with_its_holder_and_the_way_out(
    environment: dict[str, str], listener: tuple[int, int]
) -> None:
    port, pid = listener
    settings = from_environment({**environment, "KUBEYARD_PORT_WEB": str(port)})
    said = reasons(settings, ("web",))
    assert f"Port {port} (WEB) is taken by process {pid} (python" in said
    assert "KUBEYARD_PORT_WEB=" in said
    assert "KUBEYARD_PORT_OFFSET=" in said


def test_a_taken_port_of_a_service_that_is_not_started_does_not_matter(
    environment: dict[str, str], listener: tuple[int, int]
) -> None:
    settings = from_environment({**environment, "KUBEYARD_PORT_WEB": str(listener[0])})
    with pytest.raises(Problem) as caught:
        checks.check(settings, ("api",), {"PATH": ""})
    assert "WEB" not in str(caught.value)


def test_everything_that_is_missing_is_named_at_once(settings: Settings) -> None:
    bare = replace(settings, java_home=None, python=Path("/nowhere/python3.11"))
    said = reasons(bare, ("web",), path="/nowhere")
    assert "Java 17 is missing" in said
    assert "openjdk-17-jre-headless" in said
    assert "Python 3.11 is missing at /nowhere/python3.11" in said
    assert "Maven is missing" in said


def test_too_little_disk_is_told_for_home_and_cache(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "LEAST_DISK_MB", {"first": 10**9, "again": 10**9})
    said = reasons(settings, ())
    assert f"The disk of {settings.layout.home} has " in said
    assert "choose another folder by KUBEYARD_CACHE" in said


def test_too_little_memory_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LEAST_MEMORY_MB", 10**9)
    assert "MB of memory; Kubeyard needs 1000000000 MB" in reasons(settings, ())


def test_too_little_free_memory_is_told_when_everything_is_to_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "LEAST_FREE_MEMORY_MB", 10**9)
    assert "MB of memory are free" in reasons(settings, ("api", "web"))


def test_a_home_that_the_services_accounts_cannot_reach_is_refused(
    environment: dict[str, str], tmp_path: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root starts services under other accounts")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    said = reasons(from_environment({**environment, "KUBEYARD_HOME": str(closed / "home")}), ())
    assert "which other accounts may not enter" in said


@pytest.mark.parametrize(
    ("home", "words"),
    [("/tmp/with a space", "holds a character"), (f"/tmp/{'deep' * 30}", "too long a path for a socket")],
)
def test_a_home_that_cannot_work_is_refused(environment: dict[str, str], home: str, words: str) -> None:
    assert words in reasons(from_environment({**environment, "KUBEYARD_HOME": home}), ())
