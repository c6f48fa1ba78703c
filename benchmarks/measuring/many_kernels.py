"""A thousand connected kernels in one gateway: what they take of it, and how often YARN is asked for them.

The gateway is the real one; cluster and kernels are a light stand-in that speaks the real protocols, since no
single machine runs a thousand Sparks.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import requests

from measuring import own_gateway
from measuring.addresses import free_port
from measuring.attendance import Attendance
from measuring.blocks import Bench, Block
from measuring.gateway_client import Connection, Gateway
from measuring.running_platform import RunningPlatform
from measuring.samples import Samples
from measuring.table import Row, milliseconds, seconds

_STARTS_AT_ONCE = 8
_LOAD_SECONDS = 60
_SETTLE_SECONDS = 15
_LISTS = 50
_TRIPS = 200


def measure(bench: Bench) -> None:
    """Measure with one kernel, with all of them, and after the gateway was killed with all of them."""
    if bench.samples.count("many/all/list"):
        return
    with _stand_in(bench.platform) as cluster:
        settings = {"KUBEYARD_RM_URLS": cluster, "KUBEYARD_GATEWAY_SPARES": "0"}
        with own_gateway.gateway(bench.platform, **settings) as gateway:
            client = gateway.client()
            with Attendance() as notebooks:
                _add(client, 1, notebooks)
                _look(bench.samples, "one", gateway, client, cluster)
                _add(client, bench.count - 1, notebooks)
                _look(bench.samples, "all", gateway, client, cluster)
                bench.samples.add("many/all/connected", notebooks.open_count)
            gateway.end(signal.SIGKILL)
            bench.samples.add("many/all/served again", gateway.start())


@contextmanager
def _stand_in(platform: RunningPlatform) -> Iterator[str]:
    """Run the stand-in and yield its address as a ResourceManager."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [platform.home / "venvs/gateway/bin/python", "-m", "measuring.stand_in", str(port)],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.DEVNULL,
    )
    try:
        while process.poll() is None and not _answers(url):
            time.sleep(0.1)
        yield url
    finally:
        process.kill()
        process.wait(timeout=60)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/asked", timeout=5).ok
    except requests.RequestException:
        return False


def _add(client: Gateway, count: int, notebooks: Attendance) -> None:
    def begin(_: int) -> Connection:
        connection = client.connect(client.start("kubeyard.spark"))
        connection.run("1")
        return connection

    with ThreadPoolExecutor(_STARTS_AT_ONCE) as threads:
        for number, connection in enumerate(threads.map(begin, range(count)), 1):
            notebooks.take(connection)
            if number % 100 == 0:
                print(f"  {number} kernels", flush=True)


def _look(
    samples: Samples, series: str, gateway: own_gateway.OwnGateway, client: Gateway, cluster: str
) -> None:
    time.sleep(_SETTLE_SECONDS)
    begin, process = _asked(cluster), gateway.process
    process.cpu_percent()
    time.sleep(_LOAD_SECONDS)
    busy = process.cpu_percent()
    samples.add(f"many/{series}/load", (_asked(cluster) - begin) / _LOAD_SECONDS)
    samples.add(f"many/{series}/processor", busy)
    samples.add(f"many/{series}/memory", process.memory_info().rss >> 20)
    samples.add(f"many/{series}/files", process.num_fds())
    connection = client.connect(client.kernels()[0]["id"])
    samples.add(f"many/{series}/round trip", *connection.round_trips(_TRIPS))
    connection.close()
    for _ in range(_LISTS):
        began = time.perf_counter()
        count = len(client.kernels())
        samples.add(f"many/{series}/list", time.perf_counter() - began)
    samples.add(f"many/{series}/kernels", count)


def _asked(cluster: str) -> int:
    return int(requests.get(f"{cluster}/asked", timeout=10).json())


def rows(samples: Samples) -> list[Row]:
    """With one kernel, and with all."""
    many, connected = (
        int((samples.numbers(f"many/all/{what}") or [0])[-1]) for what in ("kernels", "connected")
    )

    def row(what: str, series: str, form: Callable[[list[float]], str], how: str, bar: str = "") -> Row:
        both = (samples.numbers(f"many/{size}/{series}") for size in ("one", "all"))
        return Row(f"{what}, 1 and {many:,} kernels", "; ".join(map(form, both)), bar=bar, how=how)

    light = f"idle kernels of a light stand-in, real protocol; {connected:,} WebSockets open in the end"
    served = samples.numbers("many/all/served again")
    again = f"killed with {many:,} kernels -> next gateway serves"
    return [
        row("requests to the ResourceManager", "load", _newest(" /s", ".2f"), light, "<= 1 /s"),
        row("the gateway's memory", "memory", _newest(" MiB"), "resident set"),
        row("the gateway's open files", "files", _newest(""), "sockets too"),
        row("the gateway's processor time", "processor", _newest(" % of a core", ".1f"), "idle"),
        row("trivial cell", "round trip", milliseconds, f"p50 / p95 of {_TRIPS}"),
        row("GET /api/kernels", "list", milliseconds, f"p50 / p95 of {_LISTS}"),
        Row(again, seconds(served), how="all of them taken up again"),
    ]


def _newest(unit: str, form: str = ",.0f") -> Callable[[list[float]], str]:
    return lambda values: f"{values[-1]:{form}}{unit}" if values else "-"


BLOCK = Block(measure, rows, count=1000, what="connected idle kernels in one gateway")
