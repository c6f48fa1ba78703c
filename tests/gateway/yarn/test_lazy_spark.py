"""Spark comes after the kernel: what cells see of it until then, and of its options and executors after."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from harness.crowding import crowded
from harness.gateway import KernelClient
from harness.yarn_gateway import YarnGateway
from kubeyard_kernelspecs import remove_kernelspec, write_kernelspec
from kubeyard_kernelspecs.container_sizes import driver_container_mb, executor_container_mb
from kubeyard_kernelspecs.launcher.executor_wait import GOT_ONE, WAITING

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]
# For an executor that another kernel gives up when it has been idle for long.
IN_TURN_SECONDS = 180
HOSTILE = "it's \"$(touch x)`touch x`\\ {{HOME}}<LOG_DIR><CPS>; exit 3 日本 $HOME"


def test_a_cell_that_waits_for_spark_can_be_interrupted_and_run_again(
    yarn: YarnGateway, ada: KernelClient
) -> None:
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        cell = channel.send("print('not reached', sql('select 1').count())")
        channel.until_printed("Spark is starting")
        assert ada.send("POST", f"/api/kernels/{kernel_id}/interrupt").status_code == 204
        said = channel.output(cell)
        assert said == "SparkUnavailable: interrupted while waiting for Spark; run the cell again"
        assert channel.run("print('reached', sql('select 1').count())").endswith("reached 1\n")


LIBRARY = """
from pathlib import Path
import importlib, sys
Path('library.py').write_text('''
from pyspark.sql import SparkSession
def master():
    return SparkSession.builder.appName('theirs').getOrCreate().sparkContext.master
''')
sys.path.insert(0, '.')
importlib.import_module('library').master()
"""


def test_a_library_that_asks_for_a_session_too_early_gets_the_kernels_own(
    yarn: YarnGateway, ada: KernelClient
) -> None:
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        assert channel.run(LIBRARY).endswith("'yarn'")
        assert channel.run("spark.sparkContext.master") == "'yarn'"


def test_options_of_the_client_reach_spark_as_they_were_sent(yarn: YarnGateway, ada: KernelClient) -> None:
    options = {"spark.sql.shuffle.partitions": 7, "spark.sql.note": HOSTILE}
    kernel_id = ada.start(yarn.spec.name, {"KERNEL_SPARK_OPTIONS": json.dumps(options)})
    with ada.connect(kernel_id) as channel:
        assert channel.run("int(spark.conf.get('spark.sql.shuffle.partitions'))").endswith("7")
        assert channel.run("print(spark.conf.get('spark.sql.note'))") == f"{HOSTILE}\n"


@pytest.fixture
def small(yarn: YarnGateway, bob: KernelClient) -> Iterator[str]:
    """A kernelspec of ada's in a cluster that has room for two drivers of it and one executor."""
    spec = replace(yarn.spec, name="ada.small", owner="ada")
    executor_mb = executor_container_mb(spec)
    write_kernelspec(yarn.kernelspecs, spec)
    with crowded(yarn, bob, 2 * driver_container_mb(spec) + executor_mb + executor_mb // 2):
        yield spec.name
    remove_kernelspec(yarn.kernelspecs, spec.name)


@pytest.mark.long
def test_an_idle_kernels_executor_goes_to_the_cell_that_waits_for_one_and_is_told_so(
    yarn: YarnGateway, ada: KernelClient, small: str
) -> None:
    count = "spark.range(1000).selectExpr('sum(id)').collect()[0][0]"
    first = ada.start(small)
    with ada.connect(first) as idle:
        assert idle.run(count).endswith("499500")
    # It asks for an executor with its session, which the first one has.
    second = ada.start(small)
    with ada.connect(second) as waiting:
        waiting.run("spark.version")
    # However long that took: from now on the first one is idle.
    with ada.connect(first) as idle:
        assert idle.run(count).endswith("499500")
    with ada.connect(second, timeout_seconds=IN_TURN_SECONDS) as waiting:
        # A job that ends within a second of it does not hear of its executor.
        said = waiting.run(count).replace(f"{GOT_ONE}\n", "")
        assert said == f"{WAITING}\n499500"
    # And back again, for whoever has work.
    with ada.connect(first, timeout_seconds=IN_TURN_SECONDS) as idle:
        assert idle.run(count).endswith("499500")
