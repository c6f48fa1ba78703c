"""Kernels in use, stopped one after the other: how soon YARN says FINISHED, and whether it always does."""

from measuring import kernels, own_gateway
from measuring.blocks import Bench, Block
from measuring.samples import Samples
from measuring.table import Row, counted, seconds


def measure(bench: Bench) -> None:
    """Start, run a Spark job, stop."""
    with own_gateway.subject(bench.platform) as subject:
        while (done := bench.samples.count("stops/stop")) < bench.count:
            gateway = subject.gateway
            kernel_id = gateway.start(subject.kernelspec)
            connection = gateway.connect(kernel_id)
            kernels.expect(kernels.SUM, connection.run(subject.job))
            connection.close()
            took, state = kernels.stopped(gateway, kernel_id)
            bench.samples.add("stops/ending", state)
            bench.samples.add("stops/stop", took)
            print(f"  stop {done + 1} of {bench.count}: {state} after {took:.2f} s", flush=True)


def rows(samples: Samples) -> list[Row]:
    """How long it took and how the applications ended."""
    took, endings = samples.numbers("stops/stop"), samples.words("stops/ending")
    how = f"min / median / max of {len(took)} kernels in use, one after the other"
    return [
        Row("many stops -> application ended", seconds(took), bar="<= 0.5 s", how=how),
        Row(
            "applications after many stops", counted(endings), bar="all FINISHED", how="state that YARN keeps"
        ),
    ]


BLOCK = Block(measure, rows, count=50, what="kernels in use that are stopped")
