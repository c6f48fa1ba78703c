"""The Spark that an environment's kernels run on, from the wish to the kernelspec."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.api_server import ApiServer, api_settings, running_api
from harness.issuer import Issuer
from harness.waiting import wait_until
from kubeyard_api.builder.register import kernelspec_of
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.environments import add_environment
from kubeyard_api.storage.environments_tables import ArchiveRow
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.environments import BuildError, NewEnvironment
from kubeyard_kernelspecs import spec_from_metadata, write_kernelspec

from .rows import add_archive
from .workers import Workers

HASH = "ab" * 32


@pytest.fixture
def api(sqlite_url: str, issuer: Issuer, tmp_path: Path) -> Iterator[ApiServer]:
    """An API server that offers further Sparks beside its own."""
    settings = api_settings(tmp_path, sqlite_url, issuer, api_spark_versions=("3.5", "4.10"))
    with running_api(settings, issuer) as server:
        yield server


def test_platforms_own_and_all_that_are_offered_are_listed(api: ApiServer) -> None:
    sparks = api.client("ada").list_sparks()
    assert sparks.own == "4.0"
    assert sparks.offered == ("4.10", "4.0", "3.5")


@pytest.mark.parametrize("spark", [None, "3.5"])
def test_environment_keeps_the_spark_that_was_chosen(api: ApiServer, spark: str | None) -> None:
    api.client("ada").create_environment(NewEnvironment(name="lab", spark=spark))
    assert api.client("ada").show_environment("ada", "lab").spark == spark


def test_spark_that_is_not_there_is_refused_with_those_that_are(api: ApiServer) -> None:
    with pytest.raises(ApiError) as caught:
        api.client("ada").create_environment(NewEnvironment(name="lab", spark="9.9"))
    assert caught.value.code == "invalid-request"
    assert "spark: there is no Spark 9.9 here; choose one of 4.10, 4.0, 3.5." in caught.value.detail


@pytest.mark.parametrize("spark", [None, "3.5"])
def test_chosen_spark_is_in_the_kernelspec_that_the_gateway_reads(
    database: Database, tmp_path: Path, spark: str | None
) -> None:
    add_archive(database, HASH)
    with database.writing() as session:
        row = add_environment(session, "ada", NewEnvironment(name="churn", spark=spark), "Churn")
        session.flush()
        folder = write_kernelspec(tmp_path, kernelspec_of(row, session.get_one(ArchiveRow, HASH)))

    spec = spec_from_metadata(json.loads((folder / "kernel.json").read_text())["metadata"])

    assert spec is not None
    assert spec.spark == (spark or "")


@pytest.mark.slow
def test_packages_are_chosen_to_go_with_the_environments_spark(api: ApiServer, workers: Workers) -> None:
    # Spark 3.5 knows no NumPy 2.
    wanted = NewEnvironment(name="lab", pip=("numpy>=2",), spark="3.5")
    made = api.client("ada").create_environment(wanted).latest_build
    assert made is not None
    workers.start(KUBEYARD_API_SPARK_VERSIONS="3.5")

    def error() -> BuildError | None:
        return api.client("ada").show_build(made.id).error

    found = wait_until(error, "the build has failed", 90)
    assert found is not None
    assert "numpy" in found.detail
    assert "building ada/lab for Spark 3.5" in api.client("ada").read_build_log(made.id)


@pytest.mark.slow
def test_worker_refuses_a_spark_whose_packages_it_does_not_know(workers: Workers) -> None:
    assert workers.start(KUBEYARD_API_SPARK_VERSIONS="4.1,9.9").wait(30) == 2
    assert "KUBEYARD_API_SPARK_VERSIONS: no package versions are known for Spark 9.9" in workers.log()
