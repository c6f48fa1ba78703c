"""An interrupt before a Spark job has begun: the job ends as well, and nobody else's does."""

from pathlib import Path

import pytest
from harness.gateway import KernelClient
from harness.yarn_gateway import YarnGateway

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]
# Its driver computes while the query is planned, for seconds that no interrupt of Java's shortens. Its job
# would take days.
PLANNED_SLOWLY = '''
import threading, time
beans = sc._jvm.java.lang.management.ManagementFactory.getThreadMXBean()
def watch():
    while not any("levenshtein" in str(thread) for thread in beans.dumpAllThreads(False, False)):
        time.sleep(0.05)
    print("planned now", flush=True)
threading.Thread(target=watch).start()
sql("""
    SELECT sum(id % 7) + max(levenshtein(repeat('a', 30000), repeat('b', 30000)))
    FROM range(0, 100000000000000, 1, 2)
""").collect()
'''
# The next cell's own job, which runs from before the other one begins until that one has been ended.
BESIDE_IT = """
import pathlib
ended = pathlib.Path({ended!r})
def jobs():
    found = sc._jsc.sc().statusStore().jobsList(None)
    return sorted(str(found.apply(number).status()) for number in range(found.size()))
def watch():
    while "FAILED" not in jobs():
        time.sleep(0.2)
    ended.touch()
def wait(number):
    while not ended.exists():
        time.sleep(0.2)
    return number
threading.Thread(target=watch).start()
sc.parallelize([42], 1).map(wait).sum()
"""


def test_an_interrupt_ends_the_job_of_a_query_that_is_still_planned(
    yarn: YarnGateway, ada: KernelClient, steps: Path
) -> None:
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run("spark.range(3).count()")
        cell = channel.send(PLANNED_SLOWLY)
        channel.until_printed("planned now")
        assert ada.send("POST", f"/api/kernels/{kernel_id}/interrupt").status_code == 204
        said = channel.output(cell)
        assert "KeyboardInterrupt: " in said
        assert channel.run(BESIDE_IT.format(ended=str(steps / "ended"))).endswith("42")
        states = channel.run("print(*jobs())").split()
        assert (states.count("FAILED"), states.count("RUNNING")) == (1, 0)
