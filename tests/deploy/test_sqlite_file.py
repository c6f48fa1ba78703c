"""An SQLite database is copied out while it is in use, and put in another's place."""

import gzip
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "kubernetes/deploy/sqlite_file.py"


def run(action: str, database: Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The program, started as in a pod: as text, since no file of ours is there."""
    command = [sys.executable, "-c", PROGRAM.read_text(), action, str(database)]
    return subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)


def words(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY word")]


def make(database: Path, *content: str) -> sqlite3.Connection:
    """A database as our services have them: its newest rows are in its journal only."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE words (word TEXT)")
    connection.executemany("INSERT INTO words VALUES (?)", [(word,) for word in content])
    connection.commit()
    return connection


@pytest.fixture
def in_use(tmp_path: Path) -> Iterator[Path]:
    database = tmp_path / "in-use.sqlite"
    with closing(make(database, "ada", "bob")):
        yield database


def test_a_database_in_use_comes_out_whole(in_use: Path, tmp_path: Path) -> None:
    done = run("out", in_use)
    assert done.returncode == 0, done.stderr
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(gzip.decompress(done.stdout))
    assert words(copy) == ["ada", "bob"]
    assert not list(tmp_path.glob("*.backup"))


def test_a_copy_takes_the_place_of_what_was_there(in_use: Path, tmp_path: Path) -> None:
    """Also where a pod was killed and left its journal: that belongs to the database before."""
    other = tmp_path / "other.sqlite"
    make(other, "eve").close()
    Path(f"{other}-wal").write_bytes(Path(f"{in_use}-wal").read_bytes())
    done = run("in", other, run("out", in_use).stdout)
    assert done.returncode == 0, done.stderr
    assert words(other) == ["ada", "bob"]
    assert other.stat().st_mode & 0o777 == 0o600


def test_a_copy_comes_into_an_empty_folder(in_use: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.sqlite"
    assert run("in", new, run("out", in_use).stdout).returncode == 0
    assert words(new) == ["ada", "bob"]


@pytest.mark.parametrize("damage", ["cut off", "no database"])
def test_a_damaged_copy_leaves_what_was_there(in_use: Path, tmp_path: Path, damage: str) -> None:
    whole = run("out", in_use).stdout
    other = tmp_path / "other.sqlite"
    make(other, "eve").close()
    given = whole[: len(whole) // 2] if damage == "cut off" else gzip.compress(b"something else" * 500)
    done = run("in", other, given)
    assert done.returncode == 1
    assert done.stderr.startswith(b"other.sqlite: the copy cannot be used, and what was there stays: ")
    assert words(other) == ["eve"]
    assert not list(tmp_path.glob("*.restored"))
