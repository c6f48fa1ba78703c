"""The two steps of `rotate-keys`, by the web UI's own command, with a file in the Secret's place."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from harness.scripts import install_program
from kubeyard_web.tokens import stored_keys

from .stand_ins import HELM, KUBECTL, deploy

SECRET = """case "$*" in
  *"get deployment -l"*signing-keys*) echo kubeyard-signing-keys ;;
  *"get secret "*resourceVersion*) echo 1 ;;
  *"get secret "*) cat KEYS ;;
  *"patch secret "*)
    sed -n 's/.*"signing-keys": "\\([^"]*\\)".*/\\1/p' | base64 -d >KEYS.new
    mv KEYS.new KEYS ;;
  *" exec "*" sh -c "*) PYTHON -m kubeyard_web signing-keys public <KEYS ;;
  *" exec "*) PYTHON -m kubeyard_web signing-keys "${@: -1}" ;;
"""


class Release:
    """One whose web UI runs and signs by one key."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.secret = folder / "signing-keys"
        self.secret.write_text(stored_keys.stored(stored_keys.first_keys()))
        secret = SECRET.replace("KEYS", str(self.secret)).replace("PYTHON", sys.executable)
        install_program(programs, "kubectl", KUBECTL.replace('case "$*" in\n', secret))
        install_program(programs, "helm", HELM)

    def succeed(self, *words: str) -> str:
        """Run a command and return what it said."""
        done = deploy(self.programs, *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def key_ids(self) -> list[str]:
        """Of all keys, the one that signs first."""
        return _ids(stored_keys.public_set(stored_keys.parsed(self.secret.read_text())))


def _ids(public_set: dict[str, Any]) -> list[str]:
    return [key["kid"] for key in public_set["keys"]]


@pytest.fixture
def release(programs: Path, tmp_path: Path) -> Release:
    """A release whose keys were never changed."""
    return Release(programs, tmp_path)


@pytest.mark.slow
def test_a_finished_rotation_is_not_finished_again(release: Release) -> None:
    """A third key would sign then, which the edge node was never given."""
    (old,) = release.key_ids()
    assert "rotate-keys --finish --context here" in release.succeed("rotate-keys", "--yes")
    given = _ids(json.loads(release.succeed("keys")))
    release.succeed("rotate-keys", "--finish", "--yes")
    finished = release.key_ids()
    assert (given[0], finished) == (old, [given[1], old])
    again = deploy(release.programs, "rotate-keys", "--finish", "--yes")
    assert again.returncode == 1
    assert again.stderr == (
        "Problem: No next key waits: it signs already, or was never made. Nothing was changed.\n"
        "         Make one:  bash deployment_k8s.sh rotate-keys --context here\n"
    )
    assert release.key_ids() == finished


def test_nobody_is_asked_about_a_key_that_was_never_made(release: Release) -> None:
    before = release.secret.read_text()
    done = deploy(release.programs, "rotate-keys", "--finish")
    assert (done.returncode, release.secret.read_text()) == (1, before)
    assert done.stderr.startswith("Problem: No next key waits")


def test_keys_that_cannot_be_read_are_not_called_missing(release: Release) -> None:
    release.secret.unlink()
    done = deploy(release.programs, "rotate-keys", "--finish", "--yes")
    assert done.returncode == 1
    assert "Problem: The Secret kubeyard-signing-keys cannot be read. Nothing was changed." in done.stderr
