"""A Spark job of which one knows from outside that it runs, and how far it has come."""

from pathlib import Path

from harness.gateway import KernelClient
from harness.waiting import wait_until

STEPS = 40
_JOB = """
import pathlib, time
def step(number):
    (pathlib.Path({folder!r}) / str(number)).touch()
    time.sleep(0.5)
sc.parallelize(range({steps}), {steps}).foreach(step)
"""


def interrupted(client: KernelClient, kernel_id: str, steps: Path) -> str:
    """Run a job of twenty seconds on one core, interrupt it once it runs, and return what the cell said.

    Each of its steps writes a file into `steps`.
    """
    with client.connect(kernel_id) as channel:
        cell = channel.send(_JOB.format(folder=str(steps), steps=STEPS))
        wait_until(lambda: list(steps.iterdir()), "the job runs", 120)
        client.send("POST", f"/api/kernels/{kernel_id}/interrupt")
        return channel.output(cell)
