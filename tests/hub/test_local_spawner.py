"""The command of a local Lab, and the home it is given."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from harness.rights import NONE, rights_in
from kubeyard_hub.local_spawner import lab_command, prepare_home
from kubeyard_local import accounts, process_table

as_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="needs root: only root can hand a folder to another account"
)


def rights_of(command: Sequence[str]) -> dict[str, str]:
    """What the kernel says of the process that such a command becomes, with `cat` in the Lab's place."""
    done = subprocess.run(
        (*command, "/proc/self/status"), capture_output=True, text=True, timeout=20, check=True
    )
    return rights_in(done.stdout)


def test_lab_of_the_hubs_own_account_gains_no_privilege() -> None:
    command = lab_command("/bin/cat", "")
    assert command[-2:] == ["--", "/bin/cat"]
    assert rights_of(command)["NoNewPrivs"] == "1"


@as_root
def test_lab_of_another_account_has_no_right_and_none_to_regain() -> None:
    """Started as the Hub starts it: by an account with the few capabilities that this takes."""
    hub = accounts.Account("daemon", pwd.getpwnam("daemon").pw_uid, pwd.getpwnam("daemon").pw_gid)
    lab = lab_command("/bin/cat", "nobody")
    assert rights_of(accounts.under(hub, lab, process_table.HUB_CAPABILITIES)) == NONE


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
