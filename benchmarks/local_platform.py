"""Measures the one-machine platform and prints one table.

python benchmarks/local_platform.py                      all of it, on a platform of its own
python benchmarks/local_platform.py --only kernels,pages --home ~/.kubeyard     on one that runs
python benchmarks/local_platform.py --write              and keep the table in docs/benchmarks.md
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from measuring import kernels, machine, our_gateway, pages, starts, stock_gateway
from measuring.running_platform import RunningPlatform, command
from measuring.table import Row, markdown, write_section

TITLES = {
    "starts": "One machine: starts and memory",
    "kernels": "One machine: kernels, ours beside stock Enterprise Gateway 3.3.0",
    "pages": "One machine: pages",
}
PARTS = tuple(TITLES)
DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
HEADING = (
    "# Benchmarks\n\nMeasured by the programs in `benchmarks/`; a run with `--write` replaces its section."
)


def main() -> None:
    """Measure what was asked for, print it as one table, and keep each part in its own section."""
    asked = _arguments()
    measured: dict[str, Sequence[Row]] = {}
    with _platform(asked) as (platform, starts_rows):
        if starts_rows:
            measured["starts"] = starts_rows
        for part in asked.only:
            if part != "starts":
                print(f"{part} ...", flush=True)
                measured[part] = _measure(part, platform, asked)
    where = machine.description()
    print(f"\n{where}\n\n{markdown([row for rows in measured.values() for row in rows])}")
    if asked.write:
        _write(measured, where)


def _write(measured: Mapping[str, Sequence[Row]], where: str) -> None:
    if not DOCUMENT.exists():
        DOCUMENT.write_text(f"{HEADING}\n")
    for part, rows in measured.items():
        text = f"## {TITLES[part]}\n\nMeasured on {where}.\n\n{markdown(rows)}"
        write_section(DOCUMENT, f"local-platform {part}", text)


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


@contextmanager
def _platform(asked: argparse.Namespace) -> Iterator[tuple[RunningPlatform, list[Row]]]:
    """The running platform that was named, or one in a new folder that is removed in the end."""
    if asked.home:
        yield RunningPlatform.attach(asked.home), []
        return
    # Not in a folder of one account: the services' own must be able to run what lies there.
    folder = Path(tempfile.mkdtemp(prefix="kubeyard-benchmark-", dir="/var/tmp"))
    folder.chmod(0o755)
    home, cache = folder / "home", folder / "cache"
    try:
        yield _started(asked, home, cache)
    finally:
        try:
            command(home, "stop", cache=cache, offset=asked.offset)
        except SystemExit as failure:
            # A home that never came so far has nothing to stop; what went wrong before is what matters.
            print(failure)
        shutil.rmtree(folder, ignore_errors=True)


def _started(asked: argparse.Namespace, home: Path, cache: Path) -> tuple[RunningPlatform, list[Row]]:
    if "starts" in asked.only:
        print("starts ...", flush=True)
        rows = starts.measure(home, cache, asked.offset, asked.again)
    else:
        command(home, "start", offset=asked.offset)
        rows = []
    return RunningPlatform.attach(home), rows


def _measure(part: str, platform: RunningPlatform, asked: argparse.Namespace) -> Sequence[Row]:
    if part == "pages":
        return pages.measure(platform)
    cache = Path(os.environ.get("KUBEYARD_CACHE") or platform.environment["KUBEYARD_CACHE"])
    with stock_gateway.subject(platform, cache) as stock:
        return kernels.measure(our_gateway.subject(platform), stock, asked.cold, asked.stock_cold)


if __name__ == "__main__":
    main()
