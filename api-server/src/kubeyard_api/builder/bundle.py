"""Putting Python's own library into one file, as Python itself allows and its Windows edition does.

`lib/pythonXY.zip` is on every interpreter's path. A node unpacks one file instead of a thousand, and it
changes the mode of each file that it unpacks by starting a program. What opens its data by path, and what
has extensions, stays as it is.
"""

import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

# Python looks for its library by this file.
LANDMARK = "os.py"
# They read their data by path.
STAY = frozenset(
    {"site-packages", "dist-packages", "lib-dynload", "__pycache__", "venv", "distutils", "lib2to3"}
)
# Kernels bring these; they are pure Python, and read data through importlib.resources if any.
PURE_PACKAGES = ("pygments", "prompt_toolkit", "tzdata", "wcwidth")
FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def bundle(prefix: Path, library: Path) -> None:
    """Move the library's modules, and the pure packages of every kernel, into the one file."""
    short = library.name.removeprefix("python").replace(".", "")
    target = prefix / "lib" / f"python{short}.zip"
    target.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for entry in sorted(library.iterdir()):
            if _is_movable(entry):
                _move(archive, entry, library)
        for name in PURE_PACKAGES:
            package = library / "site-packages" / name
            if package.is_dir() and not any(package.rglob("*.so")):
                _move(archive, package, library / "site-packages")
    shutil.rmtree(library / "__pycache__", ignore_errors=True)


def _is_movable(entry: Path) -> bool:
    if entry.name in STAY or entry.name == LANDMARK or entry.is_symlink():
        return False
    if entry.is_dir():
        return (entry / "__init__.py").is_file() and not any(entry.rglob("*.so"))
    return entry.suffix == ".py"


def _move(archive: zipfile.ZipFile, entry: Path, root: Path) -> None:
    for path in list(_files(entry)):
        _add(archive, str(path.relative_to(root)), path)
        if path.suffix == ".py" and (compiled := _compiled(path)):
            # Inside a zip Python looks for the compiled form beside the source.
            _add(archive, str(path.relative_to(root).with_suffix(".pyc")), compiled)
    if entry.is_dir():
        shutil.rmtree(entry)
    else:
        entry.unlink()


def _files(entry: Path) -> Iterator[Path]:
    if entry.is_file():
        yield entry
        return
    for folder, folders, files in os.walk(entry):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (Path(folder, name) for name in sorted(files))


def _compiled(path: Path) -> Path | None:
    return next((path.parent / "__pycache__").glob(f"{path.stem}.cpython-*.pyc"), None)


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    archive.writestr(zipfile.ZipInfo(name, FIXED_DATE), path.read_bytes())
