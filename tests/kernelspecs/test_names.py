"""Which cells wait for Spark."""

import ast

import pytest
from kubeyard_kernelspecs.launcher.names import names_spark


@pytest.mark.parametrize(
    "cell",
    [
        "spark.range(3)",
        "x = sc.parallelize([1])",
        "display(sql('select 1'))",
        "def later():\n    return spark.range(1)",
        "[spark for _ in range(2)]",
        "f'{spark.version}'",
        "import pyspark.pandas as ps",
        "from pyspark.pandas import read_csv",
        "SparkSession.builder.getOrCreate()",
        "import pyspark\npyspark.SparkContext.getOrCreate()",
        "spark = spark.newSession()",
        "get_ipython().run_cell_magic('prun', '', 'spark.range(3).count()')",
        "await something(spark)",
    ],
)
def test_a_cell_that_names_spark_waits(cell: str) -> None:
    assert names_spark(ast.parse(cell), ())


@pytest.mark.parametrize(
    "cell",
    [
        "1 + 1",
        "print('spark')",
        "# spark\nx = 1",
        "sparkle = scope = sqlite = 1",
        "thing.spark",
        "run(spark=3)",
        "spark = 5\nspark + 1",
        "from elsewhere import sql\nsql('x')",
        "def sc():\n    pass\nsc()",
        "import pandas as pd",
        "from pyspark.sql import functions as F",
        "get_ipython().run_line_magic('pip', 'install sparkline')",
        "",
    ],
)
def test_a_cell_that_does_not_name_spark_runs_at_once(cell: str) -> None:
    assert not names_spark(ast.parse(cell), ())


def test_a_name_that_the_user_has_bound_is_his() -> None:
    assert not names_spark(ast.parse("sc.fit()"), ("sc",))
    assert names_spark(ast.parse("sc.fit(spark)"), ("sc",))
