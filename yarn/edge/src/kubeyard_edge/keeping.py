"""The platform's state as one archive, taken while it runs, and put back where there is none."""

import gzip
import sqlite3
import tarfile
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

# What cannot be made again. Builds and caches can; environments themselves lie in HDFS.
KEPT = ("public", "gateway", "tls")
DATABASE = "api.sqlite"
# What `pg_dump` left there before, where the database is PostgreSQL's.
DUMP = "database/dump.sql"


class NotRestored(Exception):  # noqa: N818 - it names what happened
    """Nothing was put back; the message says why."""


def back_up(state: Path, out: IO[bytes]) -> None:
    """Write everything that must be kept as a gzipped tar."""
    with tarfile.open(fileobj=out, mode="w|gz") as archive:
        for name in KEPT:
            _add_folder(archive, state, name)
        if (state / DUMP).exists():
            archive.add(state / DUMP, DUMP)
        if (state / DATABASE).exists():
            _add_database(archive, state / DATABASE)


def _add_folder(archive: tarfile.TarFile, state: Path, name: str) -> None:
    for path in (state / name, *sorted((state / name).rglob("*"))):
        # A kernel may end, and its record go, while we look.
        with suppress(FileNotFoundError):
            archive.add(path, str(path.relative_to(state)), recursive=False)


def _add_database(archive: tarfile.TarFile, file: Path) -> None:
    """Add one consistent state of a database that others write to meanwhile."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        copy = Path(folder) / DATABASE
        with closing(sqlite3.connect(file)) as here, closing(sqlite3.connect(copy)) as there:
            here.backup(there)
        archive.add(copy, DATABASE)


def restore(state: Path, content: IO[bytes]) -> list[str]:
    """Put an archive back and return what it held; refuses to overwrite, raises NotRestored.

    All of it is unpacked beside its place first, so that an archive that is cut off changes nothing.
    """
    taken = [name for name in (*KEPT, DATABASE, "database") if _holds_something(state / name)]
    if taken:
        raise NotRestored(
            f"there is state already ({', '.join(taken)}). Restore into an empty volume: remove the old one "
            "first if it is not wanted any more"
        )
    with tempfile.TemporaryDirectory(dir=state, prefix=".restore-") as folder:
        fresh = Path(folder)
        try:
            # Not tarfile's own gzip, which takes a stream that is cut off for one that ends.
            with gzip.open(content) as plain, tarfile.open(fileobj=plain, mode="r|") as archive:
                _unpack(archive, fresh)
        except (tarfile.TarError, EOFError, OSError) as error:
            raise NotRestored(f"the archive cannot be read to its end ({error})") from error
        return [
            _put(fresh / name, state / name) for name in (*KEPT, DUMP, DATABASE) if (fresh / name).exists()
        ]


def _unpack(archive: tarfile.TarFile, place: Path) -> None:
    """Unpack files and folders, and nothing that leads elsewhere.

    Python's own filters came with 3.11.4, and Debian 12 has an older one.
    """
    archive.extraction_filter = lambda member, _place: member
    for member in archive:
        inside = (place / member.name).resolve().is_relative_to(place.resolve())
        if not inside or not (member.isfile() or member.isdir()):
            raise NotRestored(f"it holds {member.name}, which is none of this platform's")
        archive.extract(member, place)


def _holds_something(path: Path) -> bool:
    return any(found.is_file() for found in path.rglob("*")) if path.is_dir() else path.exists()


def _put(fresh: Path, place: Path) -> str:
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        _remove_empty(place)
    fresh.replace(place)
    return place.name


def _remove_empty(folder: Path) -> None:
    """Remove folders that hold no file: those that the platform makes before its first use."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir()
    folder.rmdir()
