"""The command of a local Lab, and the home it is given."""

import os
import pwd
from pathlib import Path

import pytest
from kubeyard_hub.local_spawner import lab_command, prepare_home

as_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="needs root: only root can hand a folder to another account"
)


def test_lab_of_the_hubs_own_account_is_started_plainly() -> None:
    assert lab_command("/lab/bin/jupyterhub-singleuser", "") == ["/lab/bin/jupyterhub-singleuser"]


def test_lab_of_another_account_keeps_no_capability_and_gains_no_privilege() -> None:
    command = lab_command("/lab/bin/jupyterhub-singleuser", "nobody")
    assert command[0] == "setpriv"
    assert f"--reuid={pwd.getpwnam('nobody').pw_uid}" in command
    assert {"--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs"} <= set(command)
    assert command[-2:] == ["--", "/lab/bin/jupyterhub-singleuser"]


def test_home_is_private(tmp_path: Path) -> None:
    prepare_home(tmp_path / "ada", "")
    assert (tmp_path / "ada").stat().st_mode & 0o777 == 0o700


def test_home_that_exists_keeps_its_content(tmp_path: Path) -> None:
    prepare_home(tmp_path / "ada", "")
    (tmp_path / "ada" / "work.ipynb").write_text("mine")
    prepare_home(tmp_path / "ada", "")
    assert (tmp_path / "ada" / "work.ipynb").read_text() == "mine"


@as_root
def test_home_belongs_to_the_account_of_labs(tmp_path: Path) -> None:
    prepare_home(tmp_path / "ada", "nobody")
    assert (tmp_path / "ada").stat().st_uid == pwd.getpwnam("nobody").pw_uid
