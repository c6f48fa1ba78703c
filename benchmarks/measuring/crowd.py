"""Many cold starts at the same moment, by several people, and the list of kernels with all of them idle."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from measuring import own_gateway, slow_manager, stock_gateway
from measuring.blocks import Bench, Block
from measuring.gateway_client import Gateway, MeasurementError
from measuring.kernels import SUM, Subject, expect
from measuring.samples import Samples
from measuring.table import Row, beside, counted, milliseconds, seconds

USERS = ("ada", "bob", "eve", "guest", "admin")
_MEMORY_MB = 512
_LAUNCH_SECONDS = "600"
_DELAY_SECONDS = 0.1
_LISTS = 100
_LOAD_SECONDS = 60
# The most that YARN must be able to hand out for a driver, and for a few executors besides.
DRIVER_MB, EXECUTORS_MB = _MEMORY_MB + 512, 6 * (_MEMORY_MB + 384)


def measure(bench: Bench) -> None:
    """Ours: all at once, then the list, then what YARN is asked; and the same of stock."""
    if not bench.samples.count("crowd/ours/list"):
        _ours(bench)
    if bench.stock_count and not bench.samples.count("crowd/stock/list"):
        _stock(bench)


def _ours(bench: Bench) -> None:
    with TemporaryDirectory(dir=bench.platform.home) as folder:
        spec = own_gateway.small_kernelspecs(bench.platform, Path(folder), _MEMORY_MB)
        with slow_manager.relay(bench.platform.url("RM")) as manager:
            settings = {"KUBEYARD_KERNELSPECS_DIR": folder, "KUBEYARD_RM_URLS": manager.url}
            with own_gateway.gateway(bench.platform, KUBEYARD_GATEWAY_SPARES="0", **settings) as gateway:
                _enough_memory(bench, gateway.client())
                patience = {"KERNEL_LAUNCH_TIMEOUT": _LAUNCH_SECONDS}
                people = [Subject(gateway.client(user), spec.name, patience, "spark") for user in USERS]
                _all_at_once(people, bench.count, bench.samples)
                _lists(people[0].gateway, manager, bench.samples)
                rate = manager.requests_per_second(_LOAD_SECONDS)
                bench.samples.add("crowd/ours/load", rate)


def _stock(bench: Bench) -> None:
    with (
        slow_manager.relay(bench.platform.url("RM")) as manager,
        stock_gateway.installed(bench.platform, bench.cache, _MEMORY_MB) as stock,
    ):
        stock.start(EG_YARN_ENDPOINT=manager.url, EG_LIST_KERNELS="True")
        subject = stock_gateway.subject_of(bench.platform, stock)
        _all_at_once([subject], bench.stock_count, bench.samples)
        _lists(subject.gateway, manager, bench.samples)
        bench.samples.add("crowd/stock/load", manager.requests_per_second(_LOAD_SECONDS))


def _enough_memory(bench: Bench, gateway: Gateway) -> None:
    wanted_mb = bench.count * DRIVER_MB + EXECUTORS_MB
    found_mb = gateway.resource_manager.metrics().memory_total_mb
    if found_mb < wanted_mb:
        raise MeasurementError(
            f"YARN has {found_mb} MB, and {bench.count} kernels at once need {wanted_mb} MB; start the "
            f"platform with KUBEYARD_YARN_MEMORY_MB={wanted_mb} KUBEYARD_YARN_VCORES={2 * bench.count}"
        )


def _all_at_once(people: list[Subject], count: int, samples: Samples) -> None:
    chosen = [people[number % len(people)] for number in range(count)]
    whose = f"crowd/{people[0].gateway.name}"
    with ThreadPoolExecutor(count) as threads:
        for told in threads.map(_begin_once, chosen):
            samples.add(f"{whose}/result", told.pop("result"))
            for what, took in told.items():
                samples.add(f"{whose}/{what}", took)


def _begin_once(subject: Subject) -> dict[str, float | str]:
    """Start, run a cell, run a Spark job; the kernel stays. A failure is a result too."""
    told: dict[str, float | str] = {}
    began = time.monotonic()
    try:
        kernel_id = subject.gateway.start(subject.kernelspec, subject.environment)
        told["ready"] = time.monotonic() - began
        connection = subject.gateway.connect(kernel_id)
        expect("2", connection.run("1+1"))
        told["first cell"] = time.monotonic() - began
        expect(SUM, connection.run(subject.job))
        told["first spark"] = time.monotonic() - began
        connection.close()
    except (MeasurementError, TimeoutError) as error:
        print(f"  {subject.gateway.name}: {error}", flush=True)
        return {**told, "result": "kernel without Spark" if "ready" in told else "no kernel"}
    print(f"  {subject.gateway.name}: first Spark result after {told['first spark']:.0f} s", flush=True)
    return {**told, "result": "kernel and Spark result"}


def _lists(gateway: Gateway, manager: slow_manager.SlowManager, samples: Samples) -> None:
    """Ask for the list while the ResourceManager takes its time, at a pace at which people do."""
    manager.delay_seconds = _DELAY_SECONDS
    gateway.kernels()
    for _ in range(_LISTS):
        began = time.perf_counter()
        gateway.kernels()
        samples.add(f"crowd/{gateway.name}/list", time.perf_counter() - began)
        time.sleep(0.05)
    manager.delay_seconds = 0.0


def rows(samples: Samples) -> list[Row]:
    """How the starts went, and how the list answers."""
    results = samples.both_words("crowd", "result")
    counts = " and ".join(str(len(each)) for each in results)
    how = f"min / median / max of {counts} at once, {_MEMORY_MB} MB each, ours by {len(USERS)} people"
    kernels = f"with {counts} kernels idle, ResourceManager answering in {_DELAY_SECONDS * 1000:.0f} ms"
    lists, loads = samples.both("crowd", "list"), samples.both("crowd", "load")
    sparks = samples.both("crowd", "first spark")
    idle = f"{_LOAD_SECONDS} s with {counts} kernels idle"
    return [
        beside("starts at once -> ready", seconds, samples.both("crowd", "ready"), how=how),
        beside("starts at once -> first Spark result", seconds, sparks, how=how),
        beside("starts at once: results", counted, results, "all", "the kernels stay while others wait"),
        beside("GET /api/kernels", milliseconds, lists, "p50 <= 10 ms", f"p50 / p95, {kernels}"),
        beside("requests to the ResourceManager", _rate, loads, "<= 1 /s", idle),
    ]


def _rate(values: Sequence[float]) -> str:
    return f"{values[-1]:.2f} /s" if values else "-"


BLOCK = Block(
    measure, rows, count=30, stock_count=10, what="cold starts at once by five users, then the list"
)
