"""An interrupt before a Spark job has begun: the job ends as well, and nobody else's does."""

import pytest
from harness.gateway import KernelClient
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway

pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(420)]
# Its driver computes while the query is planned, for seconds that no interrupt of Java's shortens. Its job
# would take days.
PLANNED_SLOWLY = '''
frame = sql("""
    SELECT sum(id % 7) + max(levenshtein(repeat('a', 20000), repeat('b', 20000)))
    FROM range(0, 100000000000000, 1, 2)
""")
print("planned now", flush=True)
frame.collect()
'''
# Longer than the planning that was left behind, on the one core that there is.
LATER = "sc.parallelize(range(12), 1).map(lambda n: (time.sleep(1), n)[1]).sum()"
PLANS = """
beans = sc._jvm.java.lang.management.ManagementFactory.getThreadMXBean()
any("levenshtein" in str(thread) for thread in beans.dumpAllThreads(False, False))
"""
# In a row: a job that was left behind begins a moment after its planning has ended, and would run for days.
CALM_LOOKS = 6


def test_an_interrupt_ends_the_job_of_a_query_that_is_still_planned(
    yarn: YarnGateway, ada: KernelClient
) -> None:
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run("import time; spark.range(3).count()")
        cell = channel.send(PLANNED_SLOWLY)
        channel.until_printed("planned now")
        assert ada.send("POST", f"/api/kernels/{kernel_id}/interrupt").status_code == 204
        said = channel.output(cell)
        # Spark's own tidying up after the interrupt may fail on the connection that the interrupt closed.
        assert "KeyboardInterrupt: " in said or "Py4JNetworkError: " in said
        assert channel.run(LATER).endswith("66")
        wait_until(lambda: channel.run(PLANS) == "False", "Java has planned it", 120, 1)
        looks: list[bool] = []

        def is_calm() -> bool:
            looks.append(channel.run("sc.statusTracker().getActiveJobsIds()") == "[]")
            return len(looks) >= CALM_LOOKS and all(looks[-CALM_LOOKS:])

        wait_until(is_calm, "no job is left", 40, 1)
