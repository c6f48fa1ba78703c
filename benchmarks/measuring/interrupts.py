"""A Spark job interrupted in the middle of its work: how soon its cell ends, and what is left."""

import time

from measuring import own_gateway, stock_gateway
from measuring.blocks import Bench, Block
from measuring.gateway_client import Cell, Connection
from measuring.kernels import SUM, Subject
from measuring.samples import Samples
from measuring.table import Row, beside, counted, seconds

# Minutes of work for one core.
_LONG = 'range(10**13).selectExpr("sum(id % 7)").collect()'
# A cancelled job's tasks end at their next look at the flag.
_STILL_RUNNING = """
import time
for _ in range(50):
    if not (running := sc.statusTracker().getActiveJobsIds()):
        break
    time.sleep(0.1)
print(len(running))
"""
_UNDER_WAY_SECONDS = 4
_LIMIT_SECONDS = 60
NEVER = f"not within {_LIMIT_SECONDS} s"


def measure(bench: Bench) -> None:
    """Ours, then stock."""
    samples = bench.samples
    if samples.count("interrupts/ours/after") < bench.count:
        with own_gateway.subject(bench.platform) as ours:
            _all(ours, bench.count, samples)
    if samples.count("interrupts/stock/after") < bench.stock_count:
        with stock_gateway.subject(bench.platform, bench.cache) as stock:
            _all(stock, bench.stock_count, samples)


def _all(subject: Subject, count: int, samples: Samples) -> None:
    gateway, whose = subject.gateway, f"interrupts/{subject.gateway.name}"
    kernel_id = gateway.start(subject.kernelspec, subject.environment)
    try:
        connection = gateway.connect(kernel_id)
        connection.run(f"s = {subject.session}; sc = s.sparkContext; {subject.job}")
        while samples.count(f"{whose}/after") < count:
            took = _seconds_until_back(subject, kernel_id, connection)
            if took is None:
                samples.add(f"{whose}/took", float(_LIMIT_SECONDS))
                samples.add(f"{whose}/after", NEVER)
                return
            samples.add(f"{whose}/took", took)
            samples.add(f"{whose}/after", _left(subject, connection))
            print(f"  {gateway.name}: back after {took:.2f} s", flush=True)
    finally:
        gateway.stop(kernel_id)


def _seconds_until_back(subject: Subject, kernel_id: str, connection: Connection) -> float | None:
    cell = Cell(connection.send(f"s.{_LONG}"))
    time.sleep(_UNDER_WAY_SECONDS)
    began = time.monotonic()
    subject.gateway.interrupt(kernel_id)
    while not cell.has_ended:
        left = began + _LIMIT_SECONDS - time.monotonic()
        if left <= 0:
            return None
        try:
            cell.take(connection.receive(left))
        except TimeoutError:
            return None
    return time.monotonic() - began


def _left(subject: Subject, connection: Connection) -> str:
    """Say whether the session still works and nothing runs on."""
    running = connection.run(_STILL_RUNNING)
    works = SUM in connection.run(subject.job)
    return "session alive, no job left" if works and running.strip() == "0" else "something is left"


def rows(samples: Samples) -> list[Row]:
    """How soon the cell came back, and what was left."""
    both, after = samples.both("interrupts", "took"), samples.both_words("interrupts", "after")
    counts = f"{len(both[0])} and {len(both[1])}"
    how = f"min / median / max of {counts}, {_UNDER_WAY_SECONDS} s into a job of minutes"
    return [
        beside("interrupt of a Spark job -> cell ended", seconds, both, "<= 1 s", how),
        beside("after the interrupt", counted, after, "session alive", "a further job runs, none is active"),
    ]


BLOCK = Block(measure, rows, count=10, stock_count=1, what="interrupts of a Spark job")
