"""Packing a prefix into one archive that is the same, byte for byte, whenever its content is the same."""

import hashlib
import os
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path

from isal import igzip_threaded

from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.recipe import Workshop

# Any fixed moment; not zero, which some tools take for "no date".
FIXED_TIME = 315_532_800
LEVEL = 2
THREADS = 2


@dataclass(frozen=True)
class Archive:
    """A packed environment on this machine's disk."""

    path: Path
    sha256: str
    size_bytes: int
    files: int


class _Digesting(RawIOBase):
    """A file that is digested while it is written."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        content = bytes(memoryview(data))  # type: ignore[arg-type]  # 3.11 has no type for buffers
        self.digest.update(content)
        return self._file.write(content)

    def close(self) -> None:
        self._file.close()
        super().close()


def pack(prefix: Path, target: Path, workshop: Workshop) -> Archive:
    """Write `prefix` as a .tar.gz with its content at the top, `bin/python` first of all to be looked for."""
    entries = list(_entries(prefix))
    _refuse_too_large(entries, workshop)
    with _Digesting(target) as raw:
        with (
            igzip_threaded.open(raw, "wb", compresslevel=LEVEL, threads=THREADS) as zipped,  # type: ignore[no-untyped-call]  # isal types its classes, not this
            tarfile.open(fileobj=zipped, mode="w|", bufsize=1 << 20, format=tarfile.GNU_FORMAT) as tar,
        ):
            for path in entries:
                _add(tar, path, str(path.relative_to(prefix)))
        raw.flush()
        digest = raw.digest.hexdigest()
    return Archive(target, digest, target.stat().st_size, len(entries))


def _entries(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as found:
        inside = sorted(found, key=lambda entry: entry.name)
    for entry in inside:
        yield Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(Path(entry.path))


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    status = path.lstat()
    entry = tarfile.TarInfo(name)
    entry.mtime = FIXED_TIME
    executable = bool(status.st_mode & 0o111)
    entry.mode = 0o755 if executable else 0o644
    if stat.S_ISLNK(status.st_mode):
        entry.type, entry.linkname = tarfile.SYMTYPE, str(path.readlink())
        tar.addfile(entry)
    elif stat.S_ISDIR(status.st_mode):
        entry.type = tarfile.DIRTYPE
        tar.addfile(entry)
    elif stat.S_ISREG(status.st_mode):
        entry.size = status.st_size
        with path.open("rb") as content:
            tar.addfile(entry, content)
    else:
        raise BuildFailure(
            FailureCode.BAD_PACKAGE, f"A package made {name}, which is no file, folder or link."
        )


def _refuse_too_large(entries: list[Path], workshop: Workshop) -> None:
    size = sum(path.lstat().st_size for path in entries)
    if len(entries) > workshop.most_files or size > workshop.most_bytes:
        raise BuildFailure(
            FailureCode.TOO_LARGE,
            f"The environment has {len(entries):,} files and {size / 2**30:.1f} GiB; at most "
            f"{workshop.most_files:,} files and {workshop.most_bytes / 2**30:.0f} GiB can be shipped. "
            "Ask for fewer packages.",
        )
