"""Many people who all open JupyterLab at the same moment, on simulated nodes."""

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from tempfile import NamedTemporaryFile

from measuring.cluster_bench import Bench, Block
from measuring.deployed import Deployed, namespace
from measuring.deployed_person import Person
from measuring.gateway_client import MeasurementError
from measuring.samples import Samples
from measuring.simulated_nodes import LABEL, simulated_nodes
from measuring.table import Row, seconds

_PASSWORD = "a crowd of people"
# Fifty people by hand would take longer than what is measured; one hash serves all.
_MAKE_PEOPLE = """
from datetime import UTC, datetime
from kubeyard_web.accounts import users
from kubeyard_web.accounts.passwords import hash_password
from kubeyard_web.database import Database
from kubeyard_web.settings import load
database, secret = Database(load().web_database_url), hash_password({password!r})
with database.writing() as session:
    for name in [f"person{{number}}" for number in range({count})]:
        users.add(session, name, name, secret, is_admin=False, now=datetime.now(UTC))
"""
_TO_SIMULATED = {
    "singleuser": {
        "nodeSelector": {LABEL: "true"},
        "extraTolerations": [{"key": LABEL, "operator": "Exists"}],
        "storage": {"capacity": "1Mi"},
    }
}


def measure(bench: Bench) -> None:
    """All are logged in, and then open it together."""
    with namespace(bench.context, bench.edge) as deployed:
        with NamedTemporaryFile("w", suffix=".json") as values:
            json.dump(_TO_SIMULATED, values)
            values.flush()
            deployed.install("--values", values.name)
        deployed.python(_MAKE_PEOPLE.format(password=_PASSWORD, count=bench.count))
        people = [Person(deployed, f"person{number}", _PASSWORD) for number in range(bench.count)]
        for person in people:
            person.log_in()
        with simulated_nodes(deployed):
            _open_together(people, bench.samples)
        bench.samples.add("hub errors", *_errors(deployed))


def _open_together(people: Sequence[Person], samples: Samples) -> None:
    start = threading.Barrier(len(people))

    def one(person: Person) -> float | str:
        start.wait()
        try:
            return person.open_lab()
        except MeasurementError as failure:
            return str(failure)

    with ThreadPoolExecutor(len(people)) as pool:
        for outcome in pool.map(one, people):
            samples.add("opened" if isinstance(outcome, float) else "failed", outcome)


def _errors(deployed: Deployed) -> list[str]:
    """The errors in the Hub's log."""
    lines = deployed.kubectl("logs", "deployment/kubeyard-hub").splitlines()
    return [
        line[:200]
        for line in lines
        if '"level": "error"' in line.lower() or '"level":"error"' in line.lower()
    ]


def rows(samples: Samples) -> Sequence[Row]:
    """How long they waited, and what went wrong."""
    opened, failed = samples.numbers("opened"), samples.words("failed")
    errors = len(samples.words("hub errors"))
    return [
        Row(
            f"{len(opened) + len(failed)} Labs started at once -> open",
            f"{seconds(opened)}; {len(failed)} failed, {errors} errors in the Hub's log",
            bar="0 errors",
            how="min / median / max; nodes are simulated, all else is real",
        )
    ]


BLOCK = Block(measure, rows, 50, "Labs at once on simulated nodes")
