"""Somebody who writes a SQLite file for a moment, as another process does at a first start."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOMENT_SECONDS = 0.2


@contextmanager
def writing_for_a_moment(file: Path) -> Iterator[None]:
    """Write the file from now on, until a moment later."""
    writer = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    done = threading.Timer(MOMENT_SECONDS, writer.rollback)
    done.start()
    try:
        yield
    finally:
        done.join()
        writer.close()
