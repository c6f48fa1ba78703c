"""Remembers what a step was done from, so that it is done again only when that changed.

A stamp is written last. A step that was cut off has none, and begins again from nothing.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

SKIPPED = frozenset({"__pycache__", "node_modules"})


def digest(*sources: Path | str) -> str:
    """One digest of the content of files, folders (all files below them) and words."""
    total = hashlib.sha256()
    for source in sources:
        if isinstance(source, str):
            total.update(source.encode() + b"\0")
            continue
        for file in _files(source):
            total.update(str(file.relative_to(source)).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def _files(source: Path) -> Iterable[Path]:
    if source.is_file():
        return (source,)
    return sorted(file for file in source.rglob("*") if file.is_file() and not SKIPPED & set(file.parts))


def is_current(stamp: Path, value: str) -> bool:
    """Whether the step was done from exactly this."""
    try:
        return stamp.read_text().strip() == value
    except OSError:
        return False


def write(stamp: Path, value: str) -> None:
    """Say that the step is done: all or nothing, whatever happens meanwhile."""
    part = stamp.with_name(f"{stamp.name}.part")
    part.write_text(f"{value}\n")
    part.replace(stamp)
