"""Spark's jars, from PyPI's pyspark, in one folder that every container of this machine may read."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from kubeyard_local import child, stamp
from kubeyard_local.layout import Layout
from kubeyard_local.problem import Problem


def is_current(layout: Layout) -> bool:
    return stamp.is_current(layout.spark / ".stamp", stamp.digest(_lock(layout)))


def install(layout: Layout, python: Path, settings: Mapping[str, str], log: Path) -> None:
    """Install the locked pyspark; does nothing when it is there."""
    if is_current(layout):
        return
    try:
        # Its 400 MB are source and are built once. Some mirrors never say how long a file holds: asked
        # first, they would send it again, for each platform, and what was built from it would not count.
        _install(layout, python, {**settings, "UV_OFFLINE": "1"}, log)
    except Problem:
        _install(layout, python, settings, log)
    stamp.write(layout.spark / ".stamp", stamp.digest(_lock(layout)))


def _install(layout: Layout, python: Path, settings: Mapping[str, str], log: Path) -> None:
    shutil.rmtree(layout.spark, ignore_errors=True)
    uv = str(layout.venvs / "tools" / "bin" / "uv")
    command = (uv, "pip", "install", "--quiet", "--require-hashes", "--python", str(python))
    place = ("--target", str(layout.spark), "-r", str(_lock(layout)))
    child.run("Spark", (*command, *place), log=log, environment=settings)


def _lock(layout: Layout) -> Path:
    return layout.clone / "locks" / "spark.txt"
