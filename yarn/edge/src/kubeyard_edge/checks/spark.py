"""Spark on this node: the gateway reads it, and every node must have the same in the same place."""

from collections.abc import Iterator
from pathlib import Path

from kubeyard_edge.finding import Finding, ok, problem
from kubeyard_edge.settings import Settings
from kubeyard_edge.versions import spark_version

WHAT = "Spark"


def look(settings: Settings) -> Iterator[Finding]:
    """Is every Spark whole?"""
    for home in settings.spark_homes:
        yield _one(home)


def _one(home: Path) -> Finding:
    mend = (
        "set KUBEYARD_SPARK_HOME to a folder as Apache's archive or `pip install pyspark` makes it, "
        "readable by account 10001 and in the same place on every node"
    )
    version = spark_version(home)
    if not version:
        return problem(WHAT, f"{home} holds no jars/spark-core_*.jar", mend)
    if not list((home / "jars").glob("spark-yarn_*.jar")):
        return problem(WHAT, f"{home} is Spark {version} without YARN (jars/spark-yarn_*.jar)", mend)
    library = home / "python" / "lib"
    if not (library / "pyspark.zip").is_file() or not list(library.glob("py4j-*-src.zip")):
        return problem(WHAT, f"{library} lacks pyspark.zip or py4j-*-src.zip", mend)
    return ok(WHAT, f"{home} is Spark {version}; every node must have it in the same place")
