"""`deployment_k8s.sh` where no cluster is: what it refuses before it has asked any."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "deployment_k8s.sh"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with the system's programs, without helm and kubectl."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in (
        "bash",
        "env",
        "awk",
        "sed",
        "grep",
        "dirname",
        "mktemp",
        "rm",
        "cat",
        "tail",
        "paste",
        "getent",
    ):
        found = next(Path(each, name) for each in os.environ["PATH"].split(":") if Path(each, name).exists())
        (folder / name).symlink_to(found)
    return folder


def deploy(programs: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(programs), "HOME": str(programs), "KUBECONFIG": "/dev/null"}
    command = ["bash", str(SCRIPT), *arguments]
    return subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def install_kubectl(programs: Path, body: str) -> None:
    for name in ("kubectl", "helm"):
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)


@pytest.mark.parametrize("words", [(), ("--help",), ("status", "--help")])
def test_help_names_every_command(programs: Path, words: tuple[str, ...]) -> None:
    done = deploy(programs, *words)
    assert done.returncode == 0
    for command in (
        "status",
        "keys",
        "rotate-keys",
        "admin-link",
        "backup FILE",
        "restore FILE",
        "uninstall",
        "--build",
    ):
        assert f"  {command}" in done.stdout


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--yes",), "Say what to do: the edge node's address, or a command."),
        (("192.0.2.1", "192.0.2.2"), "There is no command 192.0.2.1."),
        (("192.0.2.1", "--contxt", "here"), "There is no option --contxt."),
        (("192.0.2.1", "--context"), "--context needs a value, or is no option."),
        (("192.0.2.1", "--timeout", "soon"), "--timeout is soon; give seconds."),
        (("192.0.2.1", "--values", "/no/such"), "--values /no/such cannot be read."),
        (("status", "now"), "status takes no now."),
        (("backup",), "backup needs one file."),
    ],
)
def test_wrong_use_is_named_beside_the_usage(programs: Path, words: tuple[str, ...], problem: str) -> None:
    done = deploy(programs, *words)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Problem: {problem}\n")
    assert "usage: bash deployment_k8s.sh" in done.stderr


def test_an_absent_program_is_named(programs: Path) -> None:
    done = deploy(programs, "192.0.2.1")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Problem: kubectl is not installed here." in done.stderr


def test_without_a_context_none_is_guessed(programs: Path) -> None:
    install_kubectl(programs, "exit 1")
    done = deploy(programs, "192.0.2.1")
    assert done.returncode == 1
    assert (
        "Problem: kubectl knows no cluster: no current context. Choose one by --context; there are: none."
        in done.stderr
    )
