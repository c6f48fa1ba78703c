"""The packages that Spark works with: both ends of the allowed versions, on the real Spark."""

import subprocess
from pathlib import Path

import pytest
from kubeyard_api.builder.recipe import constraints_for
from kubeyard_kernelspecs.spark_version import spark_version
from uv import find_uv_bin

from .conftest import BASE_PYTHON

pytestmark = pytest.mark.daemons
ROUND_TRIP = """
import pandas, pyarrow
from pyspark.sql import SparkSession
spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
         .config("spark.sql.execution.arrow.pyspark.enabled", "true")
         .config("spark.sql.execution.arrow.pyspark.fallback.enabled", "false")
         .config("spark.sql.ansi.enabled", "false").getOrCreate())
table = pandas.DataFrame({"number": range(5), "word": list("abcde"), "part": [0.5, 1.5, 2.5, 3.5, 4.5]})
back = spark.createDataFrame(table).toPandas()
assert back.equals(table), back
doubled = spark.createDataFrame(table).groupBy("number").applyInPandas(
    lambda rows: rows.assign(number=rows["number"] * 2), "number long, word string, part double")
assert sorted(row.number for row in doubled.collect()) == [0, 2, 4, 6, 8]
import pyspark.pandas as ps
assert ps.from_pandas(table)["number"].sum() == 10
print("same", pandas.__version__, pyarrow.__version__)
"""


@pytest.mark.parametrize("resolution", ["lowest-direct", "highest"])
def test_spark_keeps_every_row_at_both_ends_of_the_allowed_versions(
    resolution: str, spark_home: Path, tmp_path: Path
) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    uv = find_uv_bin()
    subprocess.run([uv, "venv", "-q", "--python", BASE_PYTHON, tmp_path / "venv"], check=True, timeout=60)
    limits = constraints_for(spark_version(spark_home))
    constraints = ["--constraint", str(limits), "--resolution", resolution]
    packages = ["pandas", "pyarrow", "numpy", "setuptools"]
    command = [uv, "pip", "install", "-q", "--no-build", "--python", str(python), *constraints, *packages]
    subprocess.run(command, check=True, timeout=600, cwd=tmp_path)
    done = subprocess.run(
        [str(python), "-c", ROUND_TRIP],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(spark_home.parent),
            "PYSPARK_PYTHON": str(python),
            "SPARK_LOCAL_IP": "127.0.0.1",
        },
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert "same" in done.stdout, done.stdout + done.stderr[-3000:]
