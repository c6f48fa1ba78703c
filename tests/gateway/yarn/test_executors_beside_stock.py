"""An idle kernel's executors, where others need them: stock Enterprise Gateway 3.3.0 keeps them for ever.

That ours gives them up on the same YARN, and what the waiting cell says meanwhile, is in test_lazy_spark.py.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.crowding import crowded
from harness.gateway import KernelClient
from harness.stock import Stock
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway

pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(600)]
# Ours gives an executor up that was idle for sixty.
IN_VAIN_SECONDS = 90
LONGEST_SILENCE_SECONDS = 300
COUNT = """
from pyspark.sql import SparkSession
print(SparkSession.builder.getOrCreate().sparkContext.parallelize(range(10), 1).count())
"""


def containers(stock: Stock, yarn: YarnGateway, kernel_id: str) -> tuple[int, list[int]]:
    """The memory of the kernel's driver, and that of each of its executors."""
    application = stock.application(kernel_id)
    held = {each.id: each.memory_mb for each in yarn.resource_manager.containers(application.id)}
    return held.pop(application.am_container_id), list(held.values())


def test_an_idle_kernel_keeps_its_executors_while_anothers_job_waits_for_one(
    stock: Stock, yarn: YarnGateway, bob: KernelClient
) -> None:
    metrics = yarn.resource_manager.metrics
    idle = stock.start()
    assert stock.run(idle, COUNT).endswith("10\n")
    wait_until(lambda: metrics().containers_pending == 0, "it has all executors that it asks for", 60)
    driver_mb, executors_mb = containers(stock, yarn, idle)
    with (
        crowded(yarn, bob, driver_mb + min(executors_mb) // 2),
        stock.client.connect(stock.start(), timeout_seconds=LONGEST_SILENCE_SECONDS) as waiting,
        ThreadPoolExecutor(1) as pool,
    ):
        said = pool.submit(waiting.run, COUNT)
        wait_until(lambda: metrics().containers_pending > 0, "the other one asks for executors", 120)
        with pytest.raises(TimeoutError):
            said.result(IN_VAIN_SECONDS)
        assert containers(stock, yarn, idle) == (driver_mb, executors_mb)
        # These alone it has waited for.
        assert stock.client.send("DELETE", f"/api/kernels/{idle}").status_code == 204
        assert said.result(LONGEST_SILENCE_SECONDS).endswith("10\n")
