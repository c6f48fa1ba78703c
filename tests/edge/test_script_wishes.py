"""What deployment_yarn_docker.sh makes of a wish that it does not know, and what it lets others see."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "deployment_yarn_docker.sh"
# It takes down what it was called with, and what the files say that it was given.
ENGINE = """#!/bin/bash
[[ $1 != run ]] || printf '%s\\n' "$*" >>"$0.argv"
while (($#)); do
  [[ $1 != --env-file ]] || cat "$2" >>"$0.given"
  shift
done
"""


def run(folder: Path, *arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    (folder / "docker").write_text(ENGINE)
    (folder / "docker").chmod(0o755)
    environment = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "HOME": "/",
        "KUBEYARD_EDGE_SETTINGS": str(folder / "edge.env"),
        "KUBEYARD_EDGE_ENGINE": "docker",
    }
    command = ["/bin/bash", str(SCRIPT), *arguments]
    return subprocess.run(
        command, env=environment | given, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("command", ["start", "upgrade", "check", "build", "prove", "status", "kubernetes"])
def test_a_wish_that_would_be_passed_over_is_refused(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, command, "--dry-run")
    assert done.returncode == 2
    assert (
        f"{command} takes nothing more, not '--dry-run'. See: bash deployment_yarn_docker.sh" in done.stderr
    )
    assert not (tmp_path / "docker.argv").exists()


def test_one_file_too_many_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "restore", "one.tar.gz", "other.tar.gz")
    assert done.returncode == 2
    assert "restore takes one thing, and 'other.tar.gz' is more" in done.stderr


def test_first_settings_take_over_what_is_given_without_showing_it(tmp_path: Path) -> None:
    address = "postgresql://kubeyard:s3cret@db.example.org/kubeyard"
    run(tmp_path, "check", KUBEYARD_API_DATABASE_URL=address)
    assert f"KUBEYARD_API_DATABASE_URL={address}" in (tmp_path / "docker.given").read_text()
    assert "fill-in" in (tmp_path / "docker.argv").read_text()
    assert "s3cret" not in (tmp_path / "docker.argv").read_text()


def test_checks_run_in_the_image_of_the_registry_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "edge.env").write_text("KUBEYARD_REGISTRY=registry.example.org/team/\n")
    run(tmp_path, "check")
    assert " registry.example.org/team/kubeyard/api-server:0.1.0 " in (tmp_path / "docker.argv").read_text()


def mount_of(path: Path | str) -> str:
    return f"--volume {path}:{path}:ro "


def test_first_settings_look_into_the_folders_that_are_named(tmp_path: Path) -> None:
    named = {}
    for name in ("HADOOP_CONF_DIR", "SPARK_HOME", "JAVA_HOME"):
        named[f"KUBEYARD_{name}"] = str(tmp_path / name.lower())
        (tmp_path / name.lower()).mkdir()
    run(tmp_path, "check", **named)
    looked = (tmp_path / "docker.argv").read_text().splitlines()[0]
    assert "fill-in" in looked
    assert [folder for folder in named.values() if mount_of(folder) not in looked] == []


def test_the_checks_are_shown_hadoop_s_authorities(tmp_path: Path) -> None:
    file = tmp_path / "hadoop-ca.pem"
    file.touch()
    (tmp_path / "edge.env").write_text(f"KUBEYARD_HADOOP_CA_FILE={file}\n")
    run(tmp_path, "check")
    assert mount_of(file) in (tmp_path / "docker.argv").read_text()


def test_a_path_that_is_not_whole_is_left_to_the_checks(tmp_path: Path) -> None:
    """To an engine a path without its beginning is a volume's name, and a wrong one."""
    (tmp_path / "hadoop-ca.pem").touch()
    file = os.path.relpath(tmp_path / "hadoop-ca.pem")
    (tmp_path / "edge.env").write_text(f"KUBEYARD_HADOOP_CA_FILE={file}\n")
    run(tmp_path, "check")
    assert file not in (tmp_path / "docker.argv").read_text()
