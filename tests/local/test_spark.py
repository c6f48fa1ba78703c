"""Spark is fetched and built once for all platforms of a machine."""

import hashlib
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from harness.package_index import PackageIndex, running_index
from kubeyard_local import spark
from kubeyard_local.layout import Layout
from kubeyard_local.problem import Problem

MODULES = {"pyspark/__init__.py": "", "pyspark/jars/spark-core.jar": "classes"}


def settings(index: PackageIndex, cache: Path) -> dict[str, str]:
    mirror = {"UV_DEFAULT_INDEX": index.url, "UV_CACHE_DIR": str(cache), "UV_HTTP_RETRIES": "0"}
    return {"PATH": os.environ["PATH"], **mirror}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Sources whose lock names a small pyspark."""
    with running_index() as index:
        index.add_wheel("pyspark", "4.0.5", MODULES)
        found = index.page("/files/pyspark/pyspark-4.0.5-py3-none-any.whl")
    assert found
    lock = tmp_path / "clone" / "locks" / "spark.txt"
    lock.parent.mkdir(parents=True)
    lock.write_text(f"pyspark==4.0.5 --hash=sha256:{hashlib.sha256(found[0]).hexdigest()}\n")
    return tmp_path / "clone"


def home(layout: Layout, clone: Path, name: str) -> Layout:
    """The layout of one more platform of this machine."""
    found = replace(layout, clone=clone, home=layout.home.parent / name)
    tools = found.venvs / "tools" / "bin"
    tools.mkdir(parents=True)
    uv = shutil.which("uv")
    assert uv
    (tools / "uv").symlink_to(uv)
    return found


def install(layout: Layout, index: PackageIndex) -> None:
    cache, log = layout.cache / "uv", layout.home / "install.log"
    spark.install(layout, Path(sys.executable), settings(index, cache), log)


def test_a_second_platform_asks_no_mirror_for_spark(layout: Layout, clone: Path) -> None:
    with running_index() as index:
        index.add_wheel("pyspark", "4.0.5", MODULES)
        install(home(layout, clone, "first"), index)
    second = home(layout, clone, "second")
    # Nobody answers at the mirror's address any more, and it never said how long its files hold.
    install(second, index)
    assert (second.spark / "pyspark" / "jars" / "spark-core.jar").read_text() == "classes"
    assert spark.is_current(second)


def test_a_mirror_out_of_reach_is_told_where_spark_was_never_fetched(layout: Layout, clone: Path) -> None:
    with running_index() as index:
        pass
    only = home(layout, clone, "only")
    with pytest.raises(Problem, match="Spark failed"):
        install(only, index)
    assert not spark.is_current(only)
