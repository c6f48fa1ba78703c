"""Hadoop's jars: nothing but what was listed gets in."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from kubeyard_local import hadoop_jars
from kubeyard_local.layout import Layout
from kubeyard_local.problem import Problem

# Stands where Maven stands: it "fetches" the jars that the test has laid ready into the folder it is given.
MAVEN = """\
#!/bin/sh
for argument; do
  case $argument in -DoutputDirectory=*) cp "$JARS"/* "${argument#*=}" ;; esac
done
"""


@pytest.fixture
def clone(layout: Layout, tmp_path: Path) -> Layout:
    """A clone that asks for one jar by each of its two files."""
    hadoop = tmp_path / "clone" / "yarn" / "hadoop"
    hadoop.mkdir(parents=True)
    for libraries, file in hadoop_jars.POMS.items():
        (hadoop / file).write_text(f"<project>{libraries}</project>")
        (hadoop / f"{libraries}.sha256").write_text(f"{sha256(b'classes')}  some.jar\n")
    return Layout(tmp_path / "clone", layout.home, layout.cache)


def sha256(content: bytes) -> str:

    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def fetch(clone: Layout, tmp_path: Path) -> Callable[..., None]:
    """Fetches while the repository serves these jars."""
    maven = tmp_path / "bin" / "mvn"
    maven.parent.mkdir()
    maven.write_text(MAVEN)
    maven.chmod(0o755)

    def run(**jars: str) -> None:
        served = tmp_path / "served"
        served.mkdir(exist_ok=True)
        for name, content in jars.items():
            (served / f"{name}.jar").write_text(content)
        environment = {"PATH": f"{maven.parent}:{os.environ['PATH']}", "JARS": str(served)}
        hadoop_jars.fetch(clone, environment, clone.logs / "install.log")

    return run


def test_the_listed_jars_are_taken_once(clone: Layout, fetch: Callable[..., None]) -> None:
    assert not hadoop_jars.are_present(clone)
    fetch(some="classes")
    assert hadoop_jars.are_present(clone)
    fetch(some="another repository's, which is not asked any more")


def test_a_changed_jar_is_refused_by_its_name(clone: Layout, fetch: Callable[..., None]) -> None:
    with pytest.raises(
        Problem, match=r"1 of Hadoop's jars are not those listed in .*hadoop\.sha256, first some\.jar"
    ):
        fetch(some="evil classes")
    assert not hadoop_jars.are_present(clone)


def test_a_jar_that_is_not_listed_is_refused(clone: Layout, fetch: Callable[..., None]) -> None:
    with pytest.raises(Problem, match=r"first extra\.jar"):
        fetch(some="classes", extra="classes")


def test_a_maven_that_fails_is_told_with_the_end_of_its_output(
    clone: Layout, fetch: Callable[..., None]
) -> None:
    with pytest.raises(Problem, match="Maven for hadoop failed"):
        fetch()


def test_the_listed_jars_of_the_tree_are_hadoop_in_two_versions_that_never_mix() -> None:
    folder = Path(hadoop_jars.__file__).parents[3] / "yarn" / "hadoop"
    hadoop, httpfs = ((folder / f"{name}.sha256").read_text() for name in ("hadoop", "httpfs"))
    assert "hadoop-yarn-server-resourcemanager-3.5.0.jar" in hadoop
    assert "hadoop-hdfs-httpfs-3.4.2.jar" in httpfs
    assert "hadoop-common-3.4.2" not in hadoop
    assert "hadoop-common-3.5.0" not in httpfs
    assert "logback" not in hadoop + httpfs
