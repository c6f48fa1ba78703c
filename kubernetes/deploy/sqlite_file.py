"""Copies an SQLite database out of a pod while it is in use, or puts one in its place while nobody uses it.

python sqlite_file.py out FILE >copy.gz
python sqlite_file.py in FILE <copy.gz
"""

import gzip
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path


def write_out(database: Path) -> None:
    """Write a whole and consistent copy, compressed, to standard output."""
    copy = database.with_name(f"{database.name}.backup")
    try:
        with (
            closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        with copy.open("rb") as plain, gzip.GzipFile(fileobj=sys.stdout.buffer, mode="wb", mtime=0) as packed:
            shutil.copyfileobj(plain, packed)
    finally:
        copy.unlink(missing_ok=True)


def read_in(database: Path) -> None:
    """Take standard input for the database, once it is seen to be a whole one."""
    copy = database.with_name(f"{database.name}.restored")
    try:
        with gzip.GzipFile(fileobj=sys.stdin.buffer) as packed, copy.open("wb") as plain:
            shutil.copyfileobj(packed, plain)
        copy.chmod(0o600)
        check(copy)
    except (EOFError, OSError, sqlite3.DatabaseError) as why:
        copy.unlink(missing_ok=True)
        sys.exit(f"{database.name}: the copy cannot be used, and what was there stays: {why}")
    for rest in ("-wal", "-shm", "-journal"):
        Path(f"{database}{rest}").unlink(missing_ok=True)
    copy.replace(database)


def check(copy: Path) -> None:
    """Read all of a database; raises sqlite3.DatabaseError where it is not whole."""
    with closing(sqlite3.connect(copy)) as restored:
        if (answer := restored.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(answer)
        # Else the journal of the database before would be taken for this one's.
        restored.execute("PRAGMA journal_mode = DELETE")


if __name__ == "__main__":
    {"out": write_out, "in": read_in}[sys.argv[1]](Path(sys.argv[2]))
