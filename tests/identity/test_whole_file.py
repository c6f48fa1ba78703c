"""A file that is written in one step: whole or not at all, and with nothing left beside it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kubeyard_identity.whole_file import remove_drafts, write_whole


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "record.json"


@pytest.fixture(params=[0o000, 0o077], ids=["open", "private"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Whatever the process gives its files otherwise."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
@pytest.mark.parametrize("durable", [True, False])
def test_it_holds_the_content_with_its_mode(file: Path, umask: int, mode: int, durable: bool) -> None:
    write_whole(file, b"first", 0o600, durable=durable)
    write_whole(file, b"second", mode, durable=durable)
    assert file.read_bytes() == b"second"
    assert file.stat().st_mode & 0o777 == mode
    assert list(file.parent.iterdir()) == [file]


def test_a_failure_leaves_nothing_beside_it(file: Path) -> None:
    file.mkdir()
    with pytest.raises(IsADirectoryError):
        write_whole(file, b"content", 0o600)
    assert list(file.parent.iterdir()) == [file]


# A file may be no longer than this in a process that writes more: as on a full disk, half of it is there.
TOO_LONG = """
import resource, signal, sys
from pathlib import Path
from kubeyard_identity.whole_file import write_whole
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    write_whole(Path(sys.argv[1]), bytes(200), 0o600)
except OSError as error:
    sys.exit(error.strerror)
"""


def test_what_has_no_room_leaves_the_old_one_and_nothing_beside_it(file: Path) -> None:
    file.write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", TOO_LONG, str(file)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == "File too large\n"
    assert file.read_text() == "old"
    assert list(file.parent.iterdir()) == [file]


# It ends by a signal in the middle of the content, as a kill would have it.
KILLED = TOO_LONG.replace("signal.SIG_IGN", "signal.SIG_DFL")


def test_what_a_kill_left_is_replaced_and_nobody_who_has_it_open_reads_on(file: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(file)], timeout=60, check=False)
    assert done.returncode < 0
    (draft,) = file.parent.iterdir()
    draft.chmod(0o644)
    with draft.open("rb") as opened:
        write_whole(file, b"secret", 0o600)
        assert b"secret" not in opened.read()
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_drafts_are_removed_and_nothing_else(file: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(file)], timeout=60, check=False)
    assert len(list(file.parent.iterdir())) == 1
    file.write_text("kept")
    (file.parent / ".hidden").write_text("kept")
    remove_drafts(file.parent)
    assert {left.name for left in file.parent.iterdir()} == {file.name, ".hidden"}


def test_no_drafts_are_removed_from_a_folder_that_is_not_there(tmp_path: Path) -> None:
    remove_drafts(tmp_path / "absent")
    assert list(tmp_path.iterdir()) == []
