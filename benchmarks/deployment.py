"""Measures a deployment on Kubernetes and prints one table.

python benchmarks/deployment.py --context k8s-node                    all of it, in namespaces of its own
python benchmarks/deployment.py --context k8s-node --only install,login --count login=3
python benchmarks/deployment.py --context k8s-node --write            and keep the table in docs/benchmarks.md

The images must be where the nodes get them: bash deployment_k8s.sh --build. Without --edge no edge node is
there, which logins and Labs can do without.
"""

import argparse
from pathlib import Path

from measuring import deployed_crowd, deployed_install, deployed_login, deployed_upgrade, machine, report
from measuring.cluster_bench import Bench, Block
from measuring.deployed import NO_EDGE
from measuring.gateway_client import MeasurementError
from measuring.samples import Samples
from measuring.table import Row, markdown

BLOCKS: dict[str, Block] = {
    "install": deployed_install.BLOCK,
    "login": deployed_login.BLOCK,
    "upgrade": deployed_upgrade.BLOCK,
    "crowd": deployed_crowd.BLOCK,
}
TITLE = "Deployment on Kubernetes"
RESULTS = Path(__file__).resolve().parents[1] / "build" / "benchmarks" / "deployment"


def main() -> None:
    """Measure block after block, and print what was found so far in the end."""
    asked = _arguments()
    for name in asked.only:
        _run(name, asked)
    found = [row for name in BLOCKS for row in _rows(name)]
    where = machine.description()
    print(f"\n{where}\n\n{markdown(found)}")
    if asked.write:
        report.write("deployment", {"all": TITLE}, {"all": found}, where)


def _run(name: str, asked: argparse.Namespace) -> None:
    print(f"{name} ...", flush=True)
    file = RESULTS / f"{name}.json"
    # Values of another build or another day say nothing beside these.
    file.unlink(missing_ok=True)
    samples = Samples(file)
    count = dict(asked.count).get(name, BLOCKS[name].count)
    try:
        BLOCKS[name].measure(Bench(asked.context, samples, count, asked.edge))
        samples.add("load", machine.load())
    except MeasurementError as failure:
        # The other blocks are measured all the same; this one shows what there is of it.
        print(f"{name}: {failure}", flush=True)
    print(markdown(_rows(name)), flush=True)


def _rows(name: str) -> list[Row]:
    """The rows of a block that was measured, now or in an earlier run."""
    file = RESULTS / f"{name}.json"
    if not file.exists():
        return []
    samples = Samples(file)
    busy = samples.words("load")
    return [row.with_note(f"load {busy[-1]}" if busy else "cut short") for row in BLOCKS[name].rows(samples)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    told = "; ".join(f"{name}: {block.what} ({block.count})" for name, block in BLOCKS.items())
    parser.add_argument("--context", required=True, help="kubectl's context of a cluster to measure on")
    parser.add_argument("--only", type=_blocks, default=tuple(BLOCKS), help=f"blocks, by commas. {told}")
    parser.add_argument("--count", type=_count, action="append", default=[], help="BLOCK=NUMBER")
    parser.add_argument("--edge", default=NO_EDGE, help="the edge node's address")
    parser.add_argument("--write", action="store_true", help="keep the table in docs/benchmarks.md")
    return parser.parse_args()


def _blocks(text: str) -> tuple[str, ...]:
    chosen = tuple(name for name in BLOCKS if name in text.split(","))
    if not chosen or set(text.split(",")) - set(BLOCKS):
        raise argparse.ArgumentTypeError(f"{text!r} is not of {', '.join(BLOCKS)}")
    return chosen


def _count(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if name not in BLOCKS or not number.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not as login=3")
    return name, int(number)


if __name__ == "__main__":
    main()
