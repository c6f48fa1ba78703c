"""No secret in a process list, a log or a file that others may read; nothing listens beyond loopback."""

import stat
from pathlib import Path

import psutil
import pytest
from harness.platform import Platform
from kubeyard_local import processes
from kubeyard_local.layout import Layout

pytestmark = pytest.mark.daemons
EPHEMERAL = 32768
LOOPBACK = ("127.", "::1", "::ffff:127.")


@pytest.fixture
def members(platform: Platform) -> list[psutil.Process]:
    """Every process of the platform."""
    cache = platform.environment["KUBEYARD_CACHE"]
    found = processes.find(Layout(platform.home, platform.home, Path(cache)))
    assert len(found) > 6
    return found


def test_no_command_line_carries_a_secret(platform: Platform, members: list[psutil.Process]) -> None:
    lines = {process.pid: " ".join(process.cmdline()) for process in members}
    for name in platform.secrets.files:
        assert not [pid for pid, line in lines.items() if platform.secrets[name] in line], name


def test_no_log_carries_a_secret(platform: Platform) -> None:
    logs = {file: file.read_text(errors="replace") for file in (platform.home / "logs").iterdir()}
    assert len(logs) > 6
    for name in platform.secrets.files:
        assert not [file for file, text in logs.items() if platform.secrets[name] in text], name


def test_every_secret_is_for_its_owner_only(platform: Platform) -> None:
    for name, file in platform.secrets.files.items():
        assert stat.S_IMODE(Path(file).stat().st_mode) == 0o600, name
        assert len(platform.secrets[name]) >= 64, name


def test_no_service_is_told_a_secret_by_its_environment(
    platform: Platform, members: list[psutil.Process]
) -> None:
    """But for the proxy, which knows no other way; its environment is its account's alone."""
    for process in members:
        environment = process.environ()
        if environment.get("KUBEYARD_SERVICE") == "proxy":
            continue
        for name in platform.secrets.files:
            assert platform.secrets[name] not in environment.values(), (name, process)


def test_everything_listens_on_loopback_only(members: list[psutil.Process]) -> None:
    listening = [
        (process.name(), connection.laddr)
        for process in members
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) > 15
    assert not [one for one in listening if not one[1].ip.startswith(LOOPBACK)]


def test_every_listening_port_is_one_of_the_platforms(
    platform: Platform, members: list[psutil.Process]
) -> None:
    """A port that Hadoop has by default would collide with a second platform on this machine.

    The DataNode has one more for itself, which the operating system chooses.
    """
    own = set(platform.ports.values())
    daemons = [
        process
        for process in members
        if process.name() == "java" and "-Djava.io.tmpdir=" in str(process.cmdline())
    ]
    ports = {
        connection.laddr.port
        for process in daemons
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert len(ports) > 12
    assert {port for port in ports if port < EPHEMERAL} <= own
