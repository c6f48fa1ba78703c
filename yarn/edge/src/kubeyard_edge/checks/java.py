"""Java: the nodes run it; this node needs it for spark-submit only."""

from collections.abc import Iterator
from pathlib import Path

from kubeyard_edge.finding import Finding, ok, problem
from kubeyard_edge.settings import Settings
from kubeyard_edge.versions import java_version, oldest_java, spark_version

WHAT = "Java"


def look(settings: Settings) -> Iterator[Finding]:
    """Is it there where it is needed, and new enough for Spark?"""
    if not settings.java_home:
        yield _unset(settings)
        return
    home = Path(settings.java_home)
    version = java_version(home)
    wanted = max(oldest_java(spark_version(spark)) for spark in settings.spark_homes)
    if version and version < wanted:
        yield problem(
            WHAT,
            f"{home} is Java {version}, and this Spark needs {wanted}",
            f"install Java {wanted} on every node and set KUBEYARD_JAVA_HOME to it",
        )
    elif version:
        yield ok(WHAT, f"{home} is Java {version}; every node must have it in the same place")
    elif settings.submission == "spark-submit":
        yield problem(
            WHAT,
            f"{home} has no Java, and KUBEYARD_GATEWAY_SUBMISSION=spark-submit starts one on this node",
            f"install Java {wanted} there, or set KUBEYARD_GATEWAY_SUBMISSION=rest",
        )
    else:
        yield ok(WHAT, f"not at {home} on this node, which needs none; every other node must have it there")


def _unset(settings: Settings) -> Finding:
    if settings.submission == "spark-submit":
        return problem(
            WHAT,
            "KUBEYARD_JAVA_HOME is not set, and KUBEYARD_GATEWAY_SUBMISSION=spark-submit starts Java here",
            "set it, or set KUBEYARD_GATEWAY_SUBMISSION=rest",
        )
    return ok(WHAT, "KUBEYARD_JAVA_HOME is not set: kernels use the JAVA_HOME of YARN's containers")
