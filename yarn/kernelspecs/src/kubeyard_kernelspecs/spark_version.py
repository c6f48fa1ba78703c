"""Which Spark lies in a folder."""

import re
from pathlib import Path

_CORE = re.compile(r"spark-core_[\d.]+-(\d+\.\d+)\.[\w.-]+\.jar")


def spark_version(spark_home: Path) -> str:
    """Return its version without the patch, as "4.0"; empty where no Spark's jars are."""
    found = (_CORE.fullmatch(jar.name) for jar in (spark_home / "jars").glob("spark-core_*.jar"))
    return next((match[1] for match in found if match), "")
