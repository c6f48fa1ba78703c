"""Starts and restarts that take a spare: how soon they answer, and what the spare cost while it waited."""

import contextlib
import time
from pathlib import Path
from typing import Any

import psutil

from measuring import machine, own_gateway
from measuring.blocks import Bench, Block
from measuring.gateway_client import Gateway, MeasurementError
from measuring.kernels import SUM, Subject, expect, restarted
from measuring.samples import Samples
from measuring.table import Row, seconds

FORMS = {"executor": "<= 0.6 s", "driver": "<= 4 s"}
_WARM_SECONDS = 300
_QUIET_SECONDS = 30
_SETTINGS = {
    "KUBEYARD_GATEWAY_SPARES": "1",
    "KUBEYARD_GATEWAY_SPARE_RESERVE_MB": "0",
    "KUBEYARD_GATEWAY_SPARE_REFILL_SECONDS": "0.5",
}


def measure(bench: Bench) -> None:
    """Both forms, each by a gateway of its own that makes only this one."""
    for form in FORMS:
        if bench.samples.count(f"warm/{form}/restart") >= bench.count:
            continue
        settings = {**_SETTINGS, "KUBEYARD_GATEWAY_SPARE_FORM": form}
        with own_gateway.gateway(bench.platform, **settings) as gateway:
            subject = Subject(gateway.client(), "kubeyard.spark", {}, "spark")
            while (done := bench.samples.count(f"warm/{form}/restart")) < bench.count:
                _take_once(subject, form, bench.samples)
                first = bench.samples.numbers(f"warm/{form}/first spark")[-1]
                print(f"  {form} {done + 1} of {bench.count}: first Spark result {first:.2f} s", flush=True)


def _take_once(subject: Subject, form: str, samples: Samples) -> None:
    gateway = subject.gateway
    gateway.ask("POST", "spares")
    spare = _warm_spare(gateway, form)
    machine.wait_until_quiet(_QUIET_SECONDS)
    series = f"warm/{form}"
    samples.add(f"{series}/warm after", float(spare["age_seconds"]))
    samples.add(f"{series}/memory", _memory_mb(spare["application_id"]))
    samples.add(
        f"{series}/yarn memory", gateway.resource_manager.application(spare["application_id"]).memory_mb
    )
    began = time.monotonic()
    kernel_id = gateway.start(subject.kernelspec)
    connection = gateway.connect(kernel_id)
    expect("2", connection.run("1+1"))
    first_cell = time.monotonic() - began
    expect(SUM, connection.run(subject.job))
    first_spark = time.monotonic() - began
    connection.close()
    if gateway.ask("GET", f"kernels/{kernel_id}").json()["kubeyard"]["warm"] is not True:
        raise MeasurementError("the start did not take the spare")
    _warm_spare(gateway, form)
    machine.wait_until_quiet(_QUIET_SECONDS)
    took = restarted(subject, kernel_id)
    gateway.stop(kernel_id)
    gateway.ask("DELETE", "spares")
    samples.add(f"{series}/first cell", first_cell)
    samples.add(f"{series}/first spark", first_spark)
    samples.add(f"{series}/restart", took)


def _warm_spare(gateway: Gateway, form: str) -> dict[str, Any]:
    deadline = time.monotonic() + _WARM_SECONDS
    while time.monotonic() < deadline:
        gateway.ask("PUT", "spares")
        told = gateway.ask("GET", "spares").json()
        for spare in told["spares"]:
            if spare["state"] == "failed" or spare["form"] != form:
                raise MeasurementError(f"the spare is {spare}; is there memory for it?")
            if spare["state"] == "warm":
                found: dict[str, Any] = spare
                return found
        time.sleep(0.3)
    raise MeasurementError(f"no spare was warm within {_WARM_SECONDS} s: {told['reason']}")


def _memory_mb(application_id: str) -> int:
    """The memory in use (PSS) by all processes of an application on this machine."""
    total = 0
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if application_id in str(Path(f"/proc/{process.pid}/cwd").readlink()):
                total += process.memory_full_info().pss
    return total >> 20


def rows(samples: Samples) -> list[Row]:
    """Each form's times, and what it takes while it waits."""
    return [row for form in FORMS for row in _rows_of(form, samples)]


def _rows_of(form: str, samples: Samples) -> list[Row]:
    def row(what: str, bar: str, series: str) -> Row:
        found = samples.numbers(f"warm/{form}/{series}")
        how = f"min / median / max of {len(found)}"
        return Row(f"warm, {form} form: {what}", seconds(found), bar=bar, how=how)

    cost = _cost(
        *(samples.numbers(f"warm/{form}/{what}") for what in ("yarn memory", "memory", "warm after"))
    )
    return [
        row("request -> first cell", "<= 0.1 s", "first cell"),
        row("request -> first Spark result", FORMS[form], "first spark"),
        row("restart -> first cell", "<= 0.5 s", "restart"),
        Row(f"a waiting spare, {form} form", cost, how="memory of YARN; in use (PSS); ready after"),
    ]


def _cost(yarn_mb: list[float], pss_mib: list[float], warm_after: list[float]) -> str:
    if not (yarn_mb and pss_mib):
        return "-"
    return f"{max(yarn_mb):,.0f} MB; {max(pss_mib):,.0f} MiB; {seconds(warm_after)}"


BLOCK = Block(measure, rows, count=5, what="starts and restarts that take a spare, both forms")
