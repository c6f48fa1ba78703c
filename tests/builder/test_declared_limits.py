"""Each Spark's limits on packages lie within what its own release on PyPI declares."""

from importlib.metadata import distributions
from pathlib import Path

import pytest
from kubeyard_api.builder.recipe import CONSTRAINTS, constraints_for
from kubeyard_kernelspecs.spark_version import spark_version
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

# Of the extra `sql`, in the newest pyspark of each version.
DECLARED = {
    "3.5": {"pandas": ">=1.0.5", "pyarrow": ">=4.0.0", "numpy": ">=1.15"},
    "4.0": {"pandas": ">=2.0.0", "pyarrow": ">=11.0.0", "numpy": ">=1.21"},
    "4.1": {"pandas": ">=2.2.0", "pyarrow": ">=15.0.0", "numpy": ">=1.21"},
    "4.2": {"pandas": ">=2.2.0", "pyarrow": ">=18.0.0", "numpy": ">=1.21"},
    "4.3": {"pandas": ">=2.2.0", "pyarrow": ">=18.0.0", "numpy": ">=1.23.2"},
}


def limits(version: str) -> dict[str, SpecifierSet]:
    """What an environment for this Spark may choose from, by the package's name."""
    lines = (line.partition("#")[0].strip() for line in constraints_for(version).read_text().splitlines())
    return {found.name: found.specifier for found in map(Requirement, filter(None, lines))}


def test_there_are_limits_for_each_spark() -> None:
    assert {file.stem.removeprefix("spark-") for file in CONSTRAINTS.glob("spark-*.txt")} == DECLARED.keys()


@pytest.mark.parametrize("version", DECLARED)
def test_the_oldest_package_that_may_be_chosen_is_one_that_spark_takes(version: str) -> None:
    for name, declared in DECLARED[version].items():
        [oldest] = [each.version for each in limits(version)[name] if each.operator == ">="]
        assert oldest in SpecifierSet(declared), name


@pytest.mark.daemons
def test_the_release_still_declares_that(spark_home: Path) -> None:
    [release] = [each for each in distributions(path=[str(spark_home.parent)]) if each.name == "pyspark"]
    wanted = [Requirement(line) for line in release.requires or []]
    of_sql = {
        each.name: str(each.specifier) for each in wanted if each.marker and '"sql"' in str(each.marker)
    }
    assert of_sql == DECLARED[spark_version(spark_home)]
