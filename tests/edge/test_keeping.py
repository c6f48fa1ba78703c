"""A backup that is taken while others write, and put back into an empty volume."""

import io
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from kubeyard_edge.keeping import NotRestored, back_up, restore


def _rows(state: Path) -> list[int]:
    with closing(sqlite3.connect(state / "api.sqlite")) as database:
        return [row[0] for row in database.execute("SELECT number FROM things")]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Return a volume in use: a database, keys, a kernel's record, and what can be made again."""
    folder = tmp_path / "state"
    for name in ("public/kernelspecs", "gateway/runtime", "builds", "tls"):
        (folder / name).mkdir(parents=True)
    (folder / "public/jwks.json").write_text("{}")
    (folder / "gateway/instance").write_text("g")
    (folder / "gateway/instance").chmod(0o600)
    (folder / "builds/large").write_text("made again")
    with closing(sqlite3.connect(folder / "api.sqlite")) as database:
        database.executescript("PRAGMA journal_mode=WAL; CREATE TABLE things (number INTEGER)")
        database.execute("INSERT INTO things VALUES (1)")
        database.commit()
    return folder


def _backup(state: Path) -> io.BytesIO:
    out = io.BytesIO()
    back_up(state, out)
    return io.BytesIO(out.getvalue())


def test_what_was_kept_comes_back(state: Path, tmp_path: Path) -> None:
    kept = _backup(state)
    empty = tmp_path / "empty"
    # As the platform leaves a volume before its first use.
    (empty / "public/kernelspecs").mkdir(parents=True)
    (empty / "gateway").mkdir()
    held = restore(empty, kept)
    assert held == ["public", "gateway", "tls", "api.sqlite"]
    assert _rows(empty) == [1]
    assert (empty / "gateway/instance").read_text() == "g"
    assert (empty / "gateway/instance").stat().st_mode & 0o777 == 0o600
    assert not (empty / "builds").exists()
    assert sorted(path.name for path in empty.iterdir()) == ["api.sqlite", "gateway", "public", "tls"]


def test_a_write_under_way_is_not_half_in_the_backup(state: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(state / "api.sqlite")) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO things VALUES (2)")
        kept = _backup(state)
        writer.commit()
    (tmp_path / "empty").mkdir()
    restore(tmp_path / "empty", kept)
    assert _rows(tmp_path / "empty") == [1]


def test_what_is_there_is_not_overwritten(state: Path) -> None:
    kept = _backup(state)
    with pytest.raises(NotRestored, match=r"there is state already \(public, gateway, api.sqlite\)"):
        restore(state, kept)
    assert _rows(state) == [1]


def test_a_postgresql_s_data_are_not_overwritten_either(state: Path, tmp_path: Path) -> None:
    (tmp_path / "other" / "database" / "data").mkdir(parents=True)
    (tmp_path / "other" / "database" / "data" / "PG_VERSION").write_text("17")
    with pytest.raises(NotRestored, match=r"there is state already \(database\)"):
        restore(tmp_path / "other", _backup(state))


def test_a_dump_of_postgresql_is_kept_with_the_rest(state: Path, tmp_path: Path) -> None:
    (state / "database").mkdir()
    (state / "database" / "dump.sql").write_text("SELECT 1;")
    (state / "api.sqlite").unlink()
    (tmp_path / "empty").mkdir()
    assert "dump.sql" in restore(tmp_path / "empty", _backup(state))
    assert (tmp_path / "empty" / "database" / "dump.sql").read_text() == "SELECT 1;"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("../outside", tarfile.REGTYPE), ("/outside", tarfile.REGTYPE), ("tls", tarfile.SYMTYPE)],
)
def test_an_archive_that_leads_elsewhere_is_refused(tmp_path: Path, name: str, kind: bytes) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w|gz") as archive:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, "/etc"
        archive.addfile(entry)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NotRestored, match="none of this platform's"):
        restore(empty, io.BytesIO(out.getvalue()))
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_an_archive_that_is_cut_off_changes_nothing(state: Path, tmp_path: Path, share: float) -> None:
    content = _backup(state).getvalue()
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NotRestored, match="cannot be read to its end"):
        restore(empty, io.BytesIO(content[: int(len(content) * share)]))
    assert list(empty.iterdir()) == []
