"""From the login form to an open JupyterLab: with a server that must start, and with one that runs."""

import time
from collections.abc import Sequence

from measuring.cluster_bench import Bench, Block
from measuring.deployed import Deployed, namespace
from measuring.deployed_person import Person, stop_lab
from measuring.samples import Samples
from measuring.table import Row, seconds


def measure(bench: Bench) -> None:
    """The demo's guest, each time as somebody who comes anew."""
    with namespace(bench.context, bench.edge) as deployed:
        deployed.install()
        for _ in range(bench.count):
            bench.samples.add("cold", _once(deployed))
            bench.samples.add("running", _once(deployed))
            stop_lab(deployed, "guest")


def _once(deployed: Deployed) -> float:
    person = Person(deployed, "guest", "guest")
    began = time.monotonic()
    person.log_in()
    person.open_lab()
    return time.monotonic() - began


def rows(samples: Samples) -> Sequence[Row]:
    """Both of them."""
    count = len(samples.numbers("cold"))
    how = f"without a browser's own time; min / median / max of {count}"
    return [
        Row(
            "login -> JupyterLab open, its pod must start",
            seconds(samples.numbers("cold")),
            bar="<= 20 s",
            how=how,
        ),
        Row("login -> JupyterLab open, it runs", seconds(samples.numbers("running")), bar="<= 3 s", how=how),
    ]


BLOCK = Block(measure, rows, 5, "login to JupyterLab")
