"""An upgrade that replaces every pod of the platform, under requests and with a JupyterLab open."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import requests

from measuring.cluster_bench import Bench, Block
from measuring.deployed import Deployed, namespace
from measuring.deployed_person import Person
from measuring.host_postgresql import postgresql
from measuring.samples import Samples
from measuring.table import Row, seconds

_A_SECOND = 20
_PATHS = ("/login", "/healthz", "/.well-known/openid-configuration", "/jwks.json")


def measure(bench: Bench) -> None:
    """With two web UIs on PostgreSQL, as docs say for an upgrade that nobody notices."""
    with namespace(bench.context, bench.edge) as deployed, postgresql(deployed.node) as database:
        settings = {
            "database.type": "postgresql",
            "database.webUI.url": f"{database}/web",
            "database.hub.url": f"{database}/hub",
            "database.port": database.rpartition(":")[2],
            "webUI.replicas": "2",
        }
        deployed.install(*[word for name, text in settings.items() for word in ("--set", f"{name}={text}")])
        guest = Person(deployed, "guest", "guest")
        guest.log_in()
        guest.open_lab()
        for number in range(bench.count):
            _upgrade(deployed, number, bench.samples)
            bench.samples.add("lab after", guest.open_lab())


def _upgrade(deployed: Deployed, number: int, samples: Samples) -> None:
    before = _labs(deployed)
    round_number = f"annotations.benchmark-round=r{number}"
    changed = [word for part in ("webUI", "hub", "proxy") for word in ("--set", f"{part}.{round_number}")]
    with _requests(deployed.web_url, samples):
        samples.add("upgrade", deployed.install(*changed))
    samples.add("labs lost", float(len(set(before) - set(_labs(deployed)))))


def _labs(deployed: Deployed) -> list[str]:
    """What tells each Lab's container from a later one in its place."""
    return [
        f"{pod['metadata']['uid']} {status['restartCount']}"
        for pod in deployed.pods("lab")
        for status in pod["status"].get("containerStatuses", [])
    ]


@contextmanager
def _requests(url: str, samples: Samples) -> Iterator[None]:
    """Ask at a steady rate, each time over a new connection, as new visitors do."""
    over = threading.Event()
    with ThreadPoolExecutor(_A_SECOND * 2) as pool:
        asking = threading.Thread(target=_ask_steadily, args=(url, pool, over, samples), daemon=True)
        asking.start()
        try:
            yield
        finally:
            over.set()
            asking.join()


def _ask_steadily(url: str, pool: ThreadPoolExecutor, over: threading.Event, samples: Samples) -> None:
    began = time.monotonic()
    outcomes: list[Future[str]] = []
    while not over.wait(max(0, began + len(outcomes) / _A_SECOND - time.monotonic())):
        outcomes.append(pool.submit(_outcome, url + _PATHS[len(outcomes) % len(_PATHS)]))
    failures = [text for text in (each.result() for each in outcomes) if text]
    samples.add("requests", float(len(outcomes)))
    samples.add("failures", *failures)


def _outcome(url: str) -> str:
    """Nothing when it was answered, else why not."""
    try:
        answer = requests.get(url, timeout=15)
    except requests.RequestException as why:
        return f"{url}: {type(why).__name__}"
    return "" if answer.ok else f"{url}: {answer.status_code}"


def rows(samples: Samples) -> Sequence[Row]:
    """What failed and what was lost."""
    asked, failed = int(sum(samples.numbers("requests"))), samples.words("failures")
    lost = int(sum(samples.numbers("labs lost")))
    after = seconds(samples.numbers("lab after"))
    return [
        Row(
            "upgrade: requests that failed",
            f"{len(failed)} of {asked}",
            bar="0",
            how=f"{_A_SECOND} a second at two web UIs on PostgreSQL while every pod is replaced, "
            f"{seconds(samples.numbers('upgrade'))}",
        ),
        Row("upgrade: Labs lost", str(lost), bar="0", how=f"the Lab afterwards opened again in {after}"),
    ]


BLOCK = Block(measure, rows, 2, "upgrade under load")
