"""Cold starts beside stock, as a block that can be asked for and gone on with."""

from measuring import kernels, own_gateway, stock_gateway
from measuring.blocks import Bench, Block


def measure(bench: Bench) -> None:
    """Both in turn, on gateways of the benchmark's own."""
    done = [bench.samples.count(f"cold/{whose}/stop") for whose in ("ours", "stock")]
    if done[0] >= bench.count and done[1] >= bench.stock_count:
        return
    with (
        own_gateway.subject(bench.platform) as ours,
        stock_gateway.subject(bench.platform, bench.cache) as stock,
    ):
        kernels.measure(ours, stock, bench.count, bench.stock_count, bench.samples)


BLOCK = Block(
    measure, kernels.rows, count=10, stock_count=3, what="cold starts, restarts, stops and round trips"
)
