"""Measures kernels, ours beside stock Enterprise Gateway 3.3.0 on the same real YARN, and prints one table.

python benchmarks/kernels.py                             all blocks, on a platform of its own
python benchmarks/kernels.py --home ~/.kubeyard --only warm,cold --count warm=10 --count cold=20,5
python benchmarks/kernels.py --home ~/.kubeyard --write  and keep the table in docs/benchmarks.md

Each value is kept as it is measured: the same command goes on where the last one was cut short, and
--fresh begins anew. A block's count is of ours, and behind a comma of stock's.
"""

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path

from measuring import (
    cold,
    crowd,
    interrupts,
    killed_gateway,
    lab_server,
    lent_platform,
    machine,
    many_kernels,
    report,
    stops,
    warm,
)
from measuring.blocks import Bench, Block
from measuring.gateway_client import MeasurementError
from measuring.running_platform import RunningPlatform
from measuring.samples import Samples
from measuring.table import Row, markdown

BLOCKS: dict[str, Block] = {
    "warm": warm.BLOCK,
    "cold": cold.BLOCK,
    "stops": stops.BLOCK,
    "interrupts": interrupts.BLOCK,
    "lab": lab_server.BLOCK,
    "killed": killed_gateway.BLOCK,
    "crowd": crowd.BLOCK,
    "many": many_kernels.BLOCK,
}
TITLE = "Kernels, ours beside stock Enterprise Gateway 3.3.0"
RESULTS = Path(__file__).resolve().parents[1] / "build" / "benchmarks"


def main() -> None:
    """Measure block after block, print each one's rows at once and all of them in the end."""
    asked = _arguments()
    # What a block has started ends with it, also when it is told to stop.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped; the same command goes on"))
    if asked.fresh:
        shutil.rmtree(asked.results, ignore_errors=True)
    counts = {name: (block.count, block.stock_count) for name, block in BLOCKS.items()} | dict(asked.count)
    _make_room_for_the_crowd(counts["crowd"][0] if "crowd" in asked.only else 0)
    with lent_platform.platform(asked.home, asked.offset) as platform:
        for name in asked.only:
            _run(name, platform, asked.results, counts[name])
    found = [row for name in BLOCKS for row in _rows(name, asked.results)]
    where = f"{machine.description()}; each block with the load beside it"
    print(f"\n{where}\n\n{markdown(found)}")
    if asked.write:
        report.write("kernels", {"all": TITLE}, {"all": found}, where)


def _run(name: str, platform: RunningPlatform, results: Path, counts: tuple[int, int]) -> None:
    print(f"{name} ...", flush=True)
    cache = Path(os.environ.get("KUBEYARD_CACHE") or platform.environment["KUBEYARD_CACHE"])
    samples = Samples(results / f"{name}.json")
    try:
        BLOCKS[name].measure(Bench(platform, cache, samples, *counts))
        samples.add("load", machine.load())
    except MeasurementError as failure:
        # The other blocks are measured all the same; this one shows what there is of it.
        print(f"{name}: {failure}", flush=True)
    print(markdown(_rows(name, results)), flush=True)


def _rows(name: str, results: Path) -> list[Row]:
    """The rows of a block that was measured, now or in an earlier run."""
    file = results / f"{name}.json"
    if not file.exists():
        return []
    samples = Samples(file)
    busy = samples.words("load")
    return [row.with_note(f"load {busy[-1]}" if busy else "cut short") for row in BLOCKS[name].rows(samples)]


def _make_room_for_the_crowd(count: int) -> None:
    """A platform of the benchmark's own is to hand out what so many kernels at once need."""
    wanted_mb = count * crowd.DRIVER_MB + crowd.EXECUTORS_MB
    if count:
        os.environ.setdefault("KUBEYARD_YARN_MEMORY_MB", str(wanted_mb))
        os.environ.setdefault("KUBEYARD_YARN_VCORES", str(2 * count))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    told = "; ".join(f"{name}: {block.what} ({_counts(block)})" for name, block in BLOCKS.items())
    parser.add_argument("--only", type=_blocks, default=tuple(BLOCKS), help=f"blocks, by commas. {told}")
    parser.add_argument(
        "--count", type=_count, action="append", default=[], help="BLOCK=OURS or BLOCK=OURS,STOCK"
    )
    parser.add_argument("--home", type=Path, help="a running platform; without one a new one is started")
    parser.add_argument("--offset", type=int, default=4000, help="of a new platform's ports (4000)")
    parser.add_argument("--results", type=Path, default=RESULTS / "kernels", help="where values are kept")
    parser.add_argument("--fresh", action="store_true", help="forget the values of earlier runs")
    parser.add_argument("--write", action="store_true", help="keep the table in docs/benchmarks.md")
    return parser.parse_args()


def _counts(block: Block) -> str:
    return f"{block.count}, stock {block.stock_count}" if block.stock_count else str(block.count)


def _blocks(text: str) -> tuple[str, ...]:
    chosen = tuple(name for name in BLOCKS if name in text.split(","))
    if not chosen or set(text.split(",")) - set(BLOCKS):
        raise argparse.ArgumentTypeError(f"{text!r} is not of {', '.join(BLOCKS)}")
    return chosen


def _count(text: str) -> tuple[str, tuple[int, int]]:
    name, _, numbers = text.partition("=")
    parts = numbers.split(",")
    if name not in BLOCKS or not all(part.isdecimal() for part in parts) or len(parts) > 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not as warm=10 or cold=10,3")
    return name, (int(parts[0]), int(parts[1]) if len(parts) > 1 else BLOCKS[name].stock_count)


if __name__ == "__main__":
    main()
