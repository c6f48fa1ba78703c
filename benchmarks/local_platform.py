"""Measures the one-machine platform and prints one table.

python benchmarks/local_platform.py                      all of it, on a platform of its own
python benchmarks/local_platform.py --only kernels,pages --home ~/.kubeyard     on one that runs
python benchmarks/local_platform.py --write              and keep the table in docs/benchmarks.md
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from measuring import kernels, lent_platform, machine, our_gateway, pages, report, starts, stock_gateway
from measuring.running_platform import RunningPlatform
from measuring.samples import Samples
from measuring.table import Row, markdown

TITLES = {
    "starts": "One machine: starts and memory",
    "kernels": "One machine: kernels, ours beside stock Enterprise Gateway 3.3.0",
    "pages": "One machine: pages",
}
PARTS = tuple(TITLES)


def main() -> None:
    """Measure what was asked for, print it as one table, and keep each part in its own section."""
    asked = _arguments()
    measured: dict[str, Sequence[Row]] = {}
    asks_starts = "starts" in asked.only

    def begin(home: Path, cache: Path) -> None:
        print("starts ...", flush=True)
        measured["starts"] = starts.measure(home, cache, asked.offset, asked.again)

    with lent_platform.platform(asked.home, asked.offset, begin if asks_starts else None) as platform:
        for part in asked.only:
            if part != "starts":
                print(f"{part} ...", flush=True)
                measured[part] = _measure(part, platform, asked)
    where = machine.description()
    print(f"\n{where}\n\n{markdown([row for rows in measured.values() for row in rows])}")
    if asked.write:
        report.write("local-platform", TITLES, measured, where)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=_parts, default=PARTS, help="of starts, kernels, pages; by commas")
    parser.add_argument("--home", type=Path, help="a running platform; not with starts, which make their own")
    parser.add_argument("--cold", type=int, default=5, help="cold starts of our kernels (5)")
    parser.add_argument("--stock-cold", type=int, default=3, help="cold starts of stock's (3)")
    parser.add_argument("--again", type=int, default=3, help="starts, stops and looks at a running one (3)")
    parser.add_argument(
        "--offset", type=int, default=4000, help="of the ports of a platform of its own (4000)"
    )
    parser.add_argument("--write", action="store_true", help="keep the table in docs/benchmarks.md")
    asked = parser.parse_args()
    if asked.home and "starts" in asked.only:
        parser.error(
            "a first start needs a home of its own: leave out --home, or choose --only kernels,pages"
        )
    return asked


def _parts(text: str) -> tuple[str, ...]:
    chosen = tuple(part for part in PARTS if part in text.split(","))
    if not chosen or set(text.split(",")) - set(PARTS):
        raise argparse.ArgumentTypeError(f"{text!r} is not of {', '.join(PARTS)}")
    return chosen


def _measure(part: str, platform: RunningPlatform, asked: argparse.Namespace) -> Sequence[Row]:
    if part == "pages":
        return pages.measure(platform)
    cache = Path(os.environ.get("KUBEYARD_CACHE") or platform.environment["KUBEYARD_CACHE"])
    with stock_gateway.subject(platform, cache) as stock:
        samples = Samples()
        kernels.measure(our_gateway.subject(platform), stock, asked.cold, asked.stock_cold, samples)
        return kernels.rows(samples)


if __name__ == "__main__":
    main()
