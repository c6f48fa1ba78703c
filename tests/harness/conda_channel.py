"""A conda channel made on the spot: a real Python taken from this machine's, and small packages beside it."""

import asyncio
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kubeyard_api.builder import base_python
from rattler.index import index_fs

PYTHON_FOR_CONDA = Path("/usr/bin/python3.11")


@dataclass(frozen=True)
class CondaPackage:
    """A small noarch Python package: its modules by path below site-packages."""

    name: str
    version: str
    modules: Mapping[str, str]
    depends: Sequence[str] = ("python",)


class CondaChannel:
    """A channel in a folder, usable as `file://` address or behind any web server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "noarch").mkdir(parents=True)
        (folder / "linux-64").mkdir()

    @property
    def url(self) -> str:
        return self.folder.as_uri()

    def add(self, package: CondaPackage) -> None:
        """Add a noarch package."""
        files = {f"site-packages/{path}": text.encode() for path, text in package.modules.items()}
        index = _index(package.name, package.version, package.depends) | {
            "noarch": "python",
            "subdir": "noarch",
        }
        link = json.dumps({"noarch": {"type": "python"}, "package_metadata_version": 1}).encode()
        _write(self.folder / "noarch", index, files, {"link.json": link})

    def add_python(self, work: Path, interpreter: Path = PYTHON_FOR_CONDA) -> str:
        """Add a `python` package made from an installed interpreter, and return its version."""
        base = base_python.describe(interpreter)
        prefix = work / "python-package"
        prefix.mkdir(parents=True)
        base_python.copy_into(base, prefix)
        index = _index("python", base.version, ()) | {
            "subdir": "linux-64",
            "arch": "x86_64",
            "platform": "linux",
        }
        _write_folder(self.folder / "linux-64", index, prefix)
        return base.version

    def publish(self) -> None:
        """Write the channel's index, as it must be before it can be used."""
        asyncio.run(index_fs(self.folder, force=True))


def _index(name: str, version: str, depends: Sequence[str]) -> dict[str, object]:
    return {
        "name": name,
        "version": version,
        "build": "0",
        "build_number": 0,
        "depends": [*depends],
        "license": "Apache-2.0",
        "timestamp": 1_700_000_000_000,
    }


def _write(
    folder: Path, index: dict[str, object], files: Mapping[str, bytes], more: Mapping[str, bytes]
) -> None:
    paths = [
        {
            "_path": path,
            "path_type": "hardlink",
            "sha256": hashlib.sha256(body).hexdigest(),
            "size_in_bytes": len(body),
        }
        for path, body in files.items()
    ]
    with tarfile.open(
        folder / f"{index['name']}-{index['version']}-0.tar.bz2", "w:bz2", compresslevel=1
    ) as tar:
        _information(tar, index, paths, more)
        for path, body in files.items():
            _add(tar, path, body)


def _write_folder(folder: Path, index: dict[str, object], prefix: Path) -> None:
    found = sorted(path for path in prefix.rglob("*") if path.is_symlink() or path.is_file())
    paths = [_entry(path, prefix) for path in found]
    with tarfile.open(
        folder / f"{index['name']}-{index['version']}-0.tar.bz2", "w:bz2", compresslevel=1
    ) as tar:
        _information(tar, index, paths, {})
        for path in found:
            tar.add(path, str(path.relative_to(prefix)), recursive=False)


def _entry(path: Path, prefix: Path) -> dict[str, object]:
    name = str(path.relative_to(prefix))
    if path.is_symlink():
        return {"_path": name, "path_type": "softlink"}
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    return {"_path": name, "path_type": "hardlink", "sha256": digest, "size_in_bytes": len(body)}


def _information(
    tar: tarfile.TarFile, index: dict[str, object], paths: list[dict[str, object]], more: Mapping[str, bytes]
) -> None:
    _add(tar, "info/index.json", json.dumps(index).encode())
    _add(tar, "info/paths.json", json.dumps({"paths": paths, "paths_version": 1}).encode())
    for name, body in more.items():
        _add(tar, f"info/{name}", body)


def _add(tar: tarfile.TarFile, name: str, body: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(body)
    entry.mode = 0o644
    tar.addfile(entry, io.BytesIO(body))
