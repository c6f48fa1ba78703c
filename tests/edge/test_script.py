"""deployment_yarn_docker.sh before any container runs: what it says when something is not as it must be."""

import fcntl
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "deployment_yarn_docker.sh"
PROGRAMS = (
    "awk",
    "bash",
    "cat",
    "cut",
    "dirname",
    "flock",
    "head",
    "hostname",
    "id",
    "mktemp",
    "rm",
    "sed",
    "sort",
    "tail",
)
# An engine that has one container of each service, all of them running.
ENGINE = """case "$1 $2" in
  "compose version" | "info ") exit 0 ;;
  "ps --all") echo c0ffee ;;
  "inspect --format") echo running ;;
  "exec "*) printf '%s\\n' "$*" >>"$0.log"; cat >>"$0.log" ;;
esac
"""
SETTINGS = "KUBEYARD_EDGE_ADDRESS=10.0.0.7\nKUBEYARD_ISSUER=https://hub.example.org\n"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Return a folder with what any Linux has, and neither docker nor podman."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in PROGRAMS:
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


def install(folder: Path, name: str, body: str) -> Path:
    """Put a program into the folder."""
    program = folder / name
    program.write_text(f"#!/bin/bash\n{body}")
    program.chmod(0o755)
    return program


def run(
    programs: Path, *arguments: str, settings: str | None = SETTINGS, given: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    file = programs.parent / "edge.env"
    if settings is not None:
        file.write_text(settings)
    environment = {"PATH": str(programs), "HOME": "/", "KUBEYARD_EDGE_SETTINGS": str(file), **(given or {})}
    return subprocess.run(
        ["/bin/bash", str(SCRIPT), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command_and_asks_nothing_of_the_node(programs: Path) -> None:
    done = run(programs, "--help")
    assert done.returncode == 0
    for command in ("start", "check", "keys", "upgrade", "status", "logs", "stop", "backup", "restore"):
        assert f"\n  {command}" in done.stdout


def test_an_unknown_command_is_refused_with_the_usage(programs: Path) -> None:
    done = run(programs, "begin")
    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_a_node_without_an_engine_is_told_what_to_install(programs: Path) -> None:
    done = run(programs, "status")
    assert done.returncode == 1
    assert done.stderr == (
        "Problem: There is neither docker nor podman on this node. Install docker with its compose plug-in, "
        "or podman and podman-compose.\n"
    )


def test_an_engine_that_does_not_answer_is_not_called_missing(programs: Path) -> None:
    install(programs, "docker", "exit 1\n")
    assert "is installed and does not answer" in run(programs, "status").stderr


def test_docker_without_compose_is_told_apart(programs: Path) -> None:
    install(programs, "docker", "[[ $1 == info ]]\n")
    assert "docker has no compose plug-in" in run(programs, "status").stderr


def test_a_podman_compose_that_is_too_old_is_named(programs: Path) -> None:
    install(programs, "podman", "exit 0\n")
    install(programs, "podman-compose", 'echo "podman-compose version: 1.0.6"\n')
    assert "podman-compose is 1.0.6, and 1.5 is needed" in run(programs, "status").stderr


def test_an_engine_of_another_name_is_refused(programs: Path) -> None:
    done = run(programs, "status", given={"KUBEYARD_EDGE_ENGINE": "lxc"})
    assert "KUBEYARD_EDGE_ENGINE is 'lxc'" in done.stderr


def test_without_settings_it_says_how_to_make_them(programs: Path) -> None:
    install(programs, "docker", ENGINE)
    done = run(programs, "status", settings=None)
    assert done.returncode == 1
    assert "edge.env. Make it: bash deployment_yarn_docker.sh check" in done.stderr


def test_kubernetes_is_told_the_file_s_settings_and_no_others(programs: Path) -> None:
    install(programs, "docker", ENGINE)
    done = run(programs, "kubernetes", given={"KUBEYARD_EDGE_ADDRESS": "10.9.9.9", "KUBEYARD_API_PORT": "1"})
    assert done.returncode == 0, done.stderr
    told = yaml.safe_load(done.stdout)
    assert told["edge"] == {
        "host": "10.0.0.7",
        "apiPort": 5000,
        "gatewayPort": 8888,
        "tls": {"api": False, "gateway": False},
    }
    assert told["webUI"] == {"url": "https://hub.example.org"}
    assert "curl -fsS https://hub.example.org/oidc/jwks.json | ssh " in done.stdout


def test_keys_come_from_standard_input_or_a_file(programs: Path) -> None:
    engine = install(programs, "docker", ENGINE)
    keys = programs.parent / "keys.json"
    keys.write_text('{"keys": []}')
    assert run(programs, "keys", str(keys)).returncode == 0
    assert engine.with_name("docker.log").read_text() == (
        'exec -i c0ffee python -m kubeyard_identity install /var/lib/kubeyard/public/jwks.json\n{"keys": []}'
    )
    assert "keys wants a file that can be read, or - " in run(programs, "keys").stderr
    assert "not 'nowhere.json'" in run(programs, "keys", "nowhere.json").stderr


@pytest.mark.parametrize("command", ["keys", "limits", "backup", "restore", "remove"])
def test_a_command_without_what_it_needs_changes_nothing(programs: Path, command: str) -> None:
    engine = install(programs, "docker", ENGINE)
    done = run(programs, command)
    assert done.returncode == 1
    assert done.stderr.startswith("Problem: ")
    assert not engine.with_name("docker.log").exists()


def test_two_at_once_do_not_meet(programs: Path) -> None:
    install(programs, "docker", ENGINE)
    with (programs.parent / "edge.env.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run(programs, "stop")
        assert run(programs, "kubernetes").returncode == 0
    assert done.returncode == 1
    assert "Another deployment_yarn_docker.sh works on " in done.stderr
