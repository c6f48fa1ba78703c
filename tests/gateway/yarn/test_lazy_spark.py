"""Spark comes after the kernel: what cells see of it until then, and of its options and executors after."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from harness.gateway import KernelClient
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_kernelspecs import remove_kernelspec, write_kernelspec
from kubeyard_kernelspecs.container_sizes import driver_container_mb, executor_container_mb
from kubeyard_kernelspecs.launcher.executor_wait import GOT_ONE, WAITING
from kubeyard_yarn.applications import ACTIVE_STATES

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


def available_mb(yarn: YarnGateway) -> int:
    """What YARN has left, once it has back what tests before have given up."""

    def is_counted() -> bool:
        # Of one without a container yet YARN tells -1.
        held = [max(0, each.memory_mb) for each in yarn.resource_manager.applications(ACTIVE_STATES)]
        return yarn.resource_manager.metrics().memory_used_mb == sum(held)

    wait_until(is_counted, "YARN counts the memory of running applications only", 60)
    return yarn.resource_manager.metrics().memory_available_mb


@pytest.fixture
def crowded(yarn: YarnGateway, bob: KernelClient) -> Iterator[str]:
    """A kernelspec of ada's in a cluster that has room for two drivers of it and one executor."""
    small = replace(yarn.spec, name="ada.small", owner="ada")
    needed_mb = 2 * driver_container_mb(small) + executor_container_mb(small)
    spare_mb = executor_container_mb(small) // 2
    large_mb = available_mb(yarn) - needed_mb - spare_mb
    # Its container is that large, whichever of its two overheads counts.
    driver_mb = min(int(large_mb / 1.2), large_mb - 512)
    large = replace(yarn.spec, name="bob.large", owner="bob", executors=0, driver_memory_mb=driver_mb)
    for spec in (small, large):
        write_kernelspec(yarn.kernelspecs, spec)
    bob.start(large.name)
    yield small.name
    for spec in (small, large):
        remove_kernelspec(yarn.kernelspecs, spec.name)


@pytest.mark.long
def test_an_idle_kernels_executor_goes_to_the_cell_that_waits_for_one_and_is_told_so(
    yarn: YarnGateway, ada: KernelClient, crowded: str
) -> None:
    count = "spark.range(1000).selectExpr('sum(id)').collect()[0][0]"
    first = ada.start(crowded)
    with ada.connect(first) as idle:
        assert idle.run(count).endswith("499500")
    # It asks for an executor with its session, which the first one has.
    second = ada.start(crowded)
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
