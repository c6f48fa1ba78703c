"""Hadoop's configuration: yarn/hadoop/conf with this platform's ports and folders filled in.

Hadoop itself understands ${env.NAME:-default}. It is filled in here nevertheless, because the same files
travel into YARN's containers, where these variables are not set.
"""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from kubeyard_local.layout import Layout

REFERENCE = re.compile(r"\$\{env\.(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")


def fill_in(text: str, environment: Mapping[str, str]) -> str:
    """Replace every reference to a variable by its value, or else by the default beside it."""
    return REFERENCE.sub(lambda found: environment.get(found["name"], found["default"] or ""), text)


def write(layout: Layout, environment: Mapping[str, str]) -> None:
    """Write the configuration and its jar; files that would not change keep their time."""
    sources = layout.clone / "yarn" / "hadoop"
    filled = {
        file.name: fill_in(file.read_text(), environment) for file in sorted((sources / "conf").iterdir())
    }
    _write_if_changed(layout.hadoop / "jvm.options", (sources / "jvm.options").read_text())
    for name, text in filled.items():
        _write_if_changed(layout.hadoop_conf / name, text)
    for file in layout.hadoop_conf.iterdir():
        if file.name not in filled:
            file.unlink()
    _write_jar(layout.hadoop / "conf.jar", filled)


def _write_if_changed(file: Path, text: str) -> None:
    if not file.exists() or file.read_text() != text:
        part = file.with_name(f"{file.name}.part")
        part.write_text(text)
        part.replace(file)


def _write_jar(jar: Path, files: Mapping[str, str]) -> None:
    """A class archive is refused once the time of a jar differs, so the jar is replaced only for a reason."""
    if jar.exists() and _content(jar) == files:
        return
    part = jar.with_name(f"{jar.name}.part")
    with zipfile.ZipFile(part, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    part.replace(jar)


def _content(jar: Path) -> Mapping[str, str] | None:
    try:
        with zipfile.ZipFile(jar) as archive:
            return {name: archive.read(name).decode() for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile):
        return None
