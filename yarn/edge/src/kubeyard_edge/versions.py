"""Which Spark and which Java lie in a folder, and whether they go together."""

import re
from pathlib import Path

_CORE = re.compile(r"spark-core_[\d.]+-(\d+\.\d+)\.[\w.-]+\.jar")
_JAVA = re.compile(r'^JAVA_VERSION="(?:1\.)?(\d+)', re.MULTILINE)
# From Spark's own documentation: the oldest Java of each major version.
OLDEST_JAVA = {"3": 8, "4": 17}


def spark_version(home: Path) -> str:
    """Return its version without the patch, as "4.0"; empty where no Spark's jars are."""
    found = (_CORE.fullmatch(jar.name) for jar in (home / "jars").glob("spark-core_*.jar"))
    return next((match[1] for match in found if match), "")


def java_version(home: Path) -> int:
    """Return a Java's major version, 0 where its `release` file does not tell."""
    try:
        found = _JAVA.search((home / "release").read_text("utf-8", "replace"))
    except OSError:
        return 0
    return int(found[1]) if found else 0


def oldest_java(spark: str) -> int:
    """Return the oldest Java that this Spark runs on."""
    return OLDEST_JAVA.get(spark.partition(".")[0], 17)
