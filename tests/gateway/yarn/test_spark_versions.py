"""Kernels on other Sparks than the platform's own."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from harness.gateway import Gateways, KernelClient
from harness.yarn_gateway import YarnGateway
from kubeyard_kernelspecs import remove_kernelspec, write_kernelspec
from kubeyard_kernelspecs.spark_version import spark_version
from kubeyard_yarn.applications import FinalStatus

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(600)]
# Folders with a pyspark each, as pip installs it, that the accounts of containers can read.
HOMES = [Path(place) for place in os.environ.get("KUBEYARD_TEST_SPARK_HOMES", "").split(",") if place]
PYTHON_JOB = "sc.parallelize(range(100), 4).map(lambda x: (x % 3, x)).reduceByKey(lambda a, b: a + b).count()"


@contextmanager
def kernelspec_on(yarn: YarnGateway, version: str) -> Iterator[str]:
    """A kernelspec of ada's on the Spark of this version."""
    name = f"ada.spark-{uuid.uuid4().hex[:6]}"
    write_kernelspec(yarn.kernelspecs, replace(yarn.spec, name=name, owner="ada", spark=version))
    try:
        yield name
    finally:
        remove_kernelspec(yarn.kernelspecs, name)


def test_a_spark_that_is_not_there_is_told_with_those_that_are(yarn: YarnGateway, ada: KernelClient) -> None:
    own = spark_version(Path(yarn.process.environment["KUBEYARD_SPARK_HOME"]))
    with kernelspec_on(yarn, "2.4") as name:
        answer = ada.send("POST", "/api/kernels", {"name": name})
    assert answer.status_code == 400
    assert "runs on Spark 2.4, and there is only " + own in answer.json()["reason"]


@pytest.mark.long
@pytest.mark.skipif(not HOMES, reason="KUBEYARD_TEST_SPARK_HOMES names no Spark; bash tests/run.sh long does")
@pytest.mark.parametrize("home", HOMES, ids=lambda home: spark_version(home))
@pytest.mark.parametrize("submission", ["rest", "spark-submit"])
def test_a_kernel_runs_on_each(yarn: YarnGateway, start_own: Gateways, home: Path, submission: str) -> None:
    gateway = start_own(
        KUBEYARD_SPARK_HOMES=",".join(map(str, HOMES)), KUBEYARD_GATEWAY_SUBMISSION=submission
    )
    ada = gateway.client("ada")
    with kernelspec_on(yarn, spark_version(home)) as name:
        kernel_id = ada.start(name)
        with ada.connect(kernel_id) as channel:
            assert channel.run("6 * 7") == "42"
            assert channel.run("print(spark.version)").split()[-1].startswith(spark_version(home))
            assert "499999500000" in channel.run("spark.range(10**6).selectExpr('sum(id)').collect()")
            assert channel.run(PYTHON_JOB) == "3"
            assert channel.run("sql('SELECT 1 AS one').collect()[0].one") == "1"
        assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    assert yarn.application(kernel_id).final_status is FinalStatus.SUCCEEDED
