"""The archive: the same bytes for the same content, and limits."""

import os
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.pack import pack

from .conftest import Bench


def prefix_in(folder: Path, mtime: int) -> Path:
    """A small prefix, its files made at this time."""
    (folder / "bin").mkdir(parents=True)
    program = folder / "bin" / "python3.11"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    (folder / "bin" / "python").symlink_to("python3.11")
    (folder / "note.txt").write_text("kept\n")
    (folder / "note.txt").chmod(0o600)
    os.utime(program, (mtime, mtime))
    return folder


def test_times_owners_and_places_do_not_change_the_archive(bench: Bench, tmp_path: Path) -> None:
    first = pack(prefix_in(tmp_path / "a", 1_000_000_000), tmp_path / "a.tar.gz", bench.workshop)
    second = pack(prefix_in(tmp_path / "b", 1_700_000_000), tmp_path / "b.tar.gz", bench.workshop)
    assert first.sha256 == second.sha256
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.size_bytes == first.path.stat().st_size


def test_everybody_may_read_what_is_unpacked_and_links_stay_links(bench: Bench, tmp_path: Path) -> None:
    archive = pack(prefix_in(tmp_path / "a", 1_000_000_000), tmp_path / "a.tar.gz", bench.workshop)
    with tarfile.open(archive.path) as tar:
        modes = {member.name: member.mode for member in tar.getmembers()}
        assert tar.getmember("bin/python").linkname == "python3.11"
    assert (modes["bin"], modes["bin/python3.11"], modes["note.txt"]) == (0o755, 0o755, 0o644)


def test_too_many_files_are_refused_with_the_limit(bench: Bench, tmp_path: Path) -> None:
    small = replace(bench.workshop, most_files=3)
    with pytest.raises(BuildFailure, match="at most 3 files") as caught:
        pack(prefix_in(tmp_path / "a", 1_000_000_000), tmp_path / "a.tar.gz", small)
    assert caught.value.code is FailureCode.TOO_LARGE


def test_what_is_no_file_is_refused_by_name(bench: Bench, tmp_path: Path) -> None:
    prefix = prefix_in(tmp_path / "a", 1_000_000_000)
    os.mkfifo(prefix / "pipe")
    with pytest.raises(BuildFailure, match="pipe, which is no file"):
        pack(prefix, tmp_path / "a.tar.gz", bench.workshop)


def test_a_full_disk_is_an_error_and_not_a_broken_archive(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left on device"):
        pack(prefix_in(tmp_path / "a", 1_000_000_000), Path("/dev/full"), bench.workshop)
