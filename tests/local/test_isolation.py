"""Started as root: what containers and Labs run under can read nothing of the services'."""

import os
import subprocess
from pathlib import Path

import psutil
import pytest
from harness.platform import Platform
from kubeyard_local import accounts
from kubeyard_local.accounts import Account

pytestmark = pytest.mark.daemons

TELL_READABLE = """
import os, sys
names = sys.stdin.read().splitlines()
print("asked", len(names), *(name for name in names if os.access(name, os.R_OK)))
"""


@pytest.fixture(params=["node", "lab"])
def stranger(request: pytest.FixtureRequest, platform: Platform) -> Account:
    """The account of the containers, then that of the Labs."""
    if os.geteuid() != 0 or not platform.separate_accounts:
        pytest.skip("needs root: without it all runs under one account")
    owners = accounts.present()
    assert owners is not None
    return owners.node if request.param == "node" else owners.lab


def can(account: Account, *command: str) -> bool:
    """Whether the command succeeds under this account."""
    done = subprocess.run(
        accounts.under(account, command), capture_output=True, cwd="/", timeout=30, check=False
    )
    return done.returncode == 0


def test_what_kernels_and_labs_need_can_be_read(platform: Platform, stranger: Account) -> None:
    spark = Path(platform.environment["KUBEYARD_SPARK_HOME"])
    assert can(stranger, "test", "-r", str(next((spark / "jars").glob("spark-core*.jar"))))
    assert can(stranger, "ls", str(platform.home / "hadoop" / "conf"))
    assert can(stranger, str(platform.home / "venvs" / "lab" / "bin" / "python"), "-c", "import jupyterlab")


@pytest.mark.parametrize(
    "folder", ["state", "state/secrets", "logs", "run", "hadoop/nn", "hadoop/dn", "labs"]
)
def test_the_services_folders_cannot_be_looked_into(
    platform: Platform, stranger: Account, folder: str
) -> None:
    assert (platform.home / folder).is_dir()
    assert not can(stranger, "ls", str(platform.home / folder))


def test_no_secret_can_be_read(platform: Platform, stranger: Account) -> None:
    files = [str(file) for file in (platform.home / "state").rglob("*") if file.is_file()]
    assert set(platform.secrets.files.values()) <= set(files)
    files.append(str(platform.home / "run" / "supervisord.conf"))
    command = accounts.under(stranger, ("/usr/bin/python3", "-c", TELL_READABLE))
    done = subprocess.run(
        command, input="\n".join(files), capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["asked", str(len(files))]


def test_a_services_environment_and_memory_cannot_be_read(platform: Platform, stranger: Account) -> None:
    services = [process for process in psutil.process_iter() if process.username() == "kubeyard"]
    assert services
    for process in services:
        assert not can(stranger, "cat", f"/proc/{process.pid}/environ"), process
        assert not can(stranger, "head", "-c1", f"/proc/{process.pid}/mem"), process


def test_the_supervisor_cannot_be_spoken_to(platform: Platform, stranger: Account) -> None:
    connect = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    command = ("/usr/bin/python3", "-c", connect, str(platform.home / "run" / "supervisor.sock"))
    assert not can(stranger, *command)
    assert subprocess.run(command, timeout=30, check=False).returncode == 0
