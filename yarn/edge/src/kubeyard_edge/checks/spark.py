"""Spark on this node: the gateway reads it, and every node must have the same in the same place."""

from collections.abc import Iterator
from pathlib import Path

from kubeyard_edge.finding import Finding, Verdict, ok, problem
from kubeyard_edge.settings import Settings
from kubeyard_edge.versions import spark_version

WHAT = "Spark"


def look(settings: Settings) -> Iterator[Finding]:
    """Is every Spark whole, and are environments built for those that are there?"""
    found = [_one(home) for home in settings.spark_homes]
    yield from found
    if all(finding.verdict is Verdict.OK for finding in found):
        yield from _versions(settings)


def _versions(settings: Settings) -> Iterator[Finding]:
    own, *further = (spark_version(home) for home in settings.spark_homes)
    home, wanted = settings.spark_homes[0], settings.spark_version
    if wanted != own:
        yield problem(
            WHAT,
            f"environments would be built for Spark {wanted}, but {home} is Spark {own}",
            f"set KUBEYARD_API_SPARK_VERSION={own}, or KUBEYARD_SPARK_HOME to a Spark {wanted}",
        )
    for version in settings.further_spark_versions:
        if version not in (own, *further):
            yield problem(
                WHAT,
                f"KUBEYARD_API_SPARK_VERSIONS offers Spark {version}, which no folder has",
                "add its folder to KUBEYARD_SPARK_HOMES, or take the version out",
            )


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
