"""deployment_local.sh itself, as far as it goes without starting anything."""

import os
import subprocess
from pathlib import Path

import pytest
from harness.platform import command

SECONDS = 60


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def run(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return command(home, 3200, *arguments, timeout_seconds=SECONDS, environment=environment)


@pytest.mark.parametrize("asked", [("--help",), ("-h",), ("start", "--help"), ("help",)])
def test_help_tells_every_command_and_starts_nothing(home: Path, asked: tuple[str, ...]) -> None:
    done = run(home, *asked)
    assert done.returncode == 0
    words = ("start", "stop", "restart", "status", "logs", "reset", "tour", "KUBEYARD_HOME")
    assert all(word in done.stdout for word in words)
    assert not home.exists()


def test_an_unknown_command_is_refused_with_the_known_ones(home: Path) -> None:
    done = run(home, "strat")
    assert done.returncode == 2
    assert "usage:" in done.stderr


@pytest.mark.parametrize("asked", ["status", "stop", "logs", "tour", "reset"])
def test_before_the_first_start_every_command_says_so(home: Path, asked: str) -> None:
    done = run(home, asked)
    assert done.returncode == 1
    assert f"Nothing was started in {home} yet" in done.stderr


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run(tmp_path / "file" / "home", "start")
    assert done.returncode == 1
    assert "cannot be written by this account" in done.stderr
    assert "KUBEYARD_HOME" in done.stderr


def test_another_python_than_3_11_is_refused(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "python3"
    other.write_text("#!/bin/sh\necho 3.13\n")
    other.chmod(0o755)
    done = run(home, "start", KUBEYARD_PYTHON=str(other), KUBEYARD_CACHE=str(tmp_path / "cache"))
    if os.geteuid() != 0 and "Missing" in done.stderr:
        pytest.skip("needs Java and Maven, or root to install them")
    assert done.returncode == 1
    assert f"{other} is not Python 3.11" in done.stderr
