"""A kernel's life, measured on two gateways over the same YARN, from its start to its stop."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from measuring import machine
from measuring.gateway_client import Gateway, MeasurementError
from measuring.table import Row, milliseconds, seconds

ROUND_TRIPS = 100
_END_SECONDS = 60
_SUM = "499999500000"


@dataclass(frozen=True)
class Subject:
    """What is measured: a gateway, a kernel of it, and how its user comes to a Spark session."""

    gateway: Gateway
    kernelspec: str
    environment: dict[str, str]
    session: str


@dataclass
class Times:
    """What was measured, in seconds."""

    first_cell: list[float] = field(default_factory=list)
    first_spark: list[float] = field(default_factory=list)
    second_spark: list[float] = field(default_factory=list)
    restart: list[float] = field(default_factory=list)
    stop: list[float] = field(default_factory=list)
    round_trips: list[float] = field(default_factory=list)
    endings: list[str] = field(default_factory=list)


def measure(ours: Subject, stock: Subject, our_runs: int, stock_runs: int) -> list[Row]:
    """Run both in turn, so that a busy minute of the machine hits both."""
    subjects = {"ours": (ours, our_runs, Times()), "stock": (stock, stock_runs, Times())}
    for round_number in range(max(our_runs, stock_runs)):
        for name, (subject, runs, times) in subjects.items():
            if round_number < runs:
                machine.wait_until_quiet(20)
                _live_once(subject, times, is_first=round_number == 0)
                print(
                    f"  {name} {round_number + 1} of {runs}: first cell {times.first_cell[-1]:.1f} s",
                    flush=True,
                )
    return _rows(subjects["ours"][2], subjects["stock"][2])


def _live_once(subject: Subject, times: Times, *, is_first: bool) -> None:
    gateway = subject.gateway
    began = time.monotonic()
    kernel_id = gateway.start(subject.kernelspec, subject.environment)
    try:
        connection = gateway.connect(kernel_id)
        _expect("2", connection.run("1+1"))
        times.first_cell.append(time.monotonic() - began)
        job = f'print({subject.session}.range(10**6).selectExpr("sum(id)").collect())'
        _expect(_SUM, connection.run(job))
        times.first_spark.append(time.monotonic() - began)
        again = time.monotonic()
        connection.run(job)
        times.second_spark.append(time.monotonic() - again)
        if is_first:
            times.round_trips.extend(connection.round_trips(ROUND_TRIPS))
        connection.close()
        _restart(gateway, kernel_id, times)
    finally:
        _stop(gateway, kernel_id, times)


def _restart(gateway: Gateway, kernel_id: str, times: Times) -> None:
    began = time.monotonic()
    gateway.restart(kernel_id)
    connection = gateway.connect(kernel_id)
    _expect("2", connection.run("1+1"))
    times.restart.append(time.monotonic() - began)
    # A kernel stopped before Spark is there ends otherwise: the stop to be measured is that of one in use.
    connection.run(
        "from pyspark.sql import SparkSession; SparkSession.builder.getOrCreate().range(1).count()"
    )
    connection.close()


def _stop(gateway: Gateway, kernel_id: str, times: Times) -> None:
    application_id = gateway.application_of(kernel_id).id
    began = time.monotonic()
    gateway.stop(kernel_id)
    while not (application := gateway.resource_manager.application(application_id)).state.is_final:
        if time.monotonic() - began > _END_SECONDS:
            gateway.resource_manager.kill(application_id)
            raise MeasurementError(f"{gateway.name}: {application_id} did not end within {_END_SECONDS} s")
        time.sleep(0.02)
    times.stop.append(time.monotonic() - began)
    times.endings.append(str(application.state))


def _rows(ours: Times, stock: Times) -> list[Row]:
    def row(what: str, bar: str, ours: Sequence[float], stock: Sequence[float]) -> Row:
        how = f"min / median / max of {len(ours)} and {len(stock)}, in turn"
        return Row(what, seconds(ours), seconds(stock), bar, how)

    return [
        row("kernel request -> first cell", "<= 1.6 s", ours.first_cell, stock.first_cell),
        row("kernel request -> first Spark result", "<= 10 s", ours.first_spark, stock.first_spark),
        row("the same Spark job again", "", ours.second_spark, stock.second_spark),
        row("restart -> first cell", "", ours.restart, stock.restart),
        row("stop -> application ended", "<= 0.8 s", ours.stop, stock.stop),
        Row(
            "applications after stop",
            _counted(ours.endings),
            _counted(stock.endings),
            "all FINISHED",
            "state that YARN keeps",
        ),
        Row(
            "trivial cell, round trip",
            milliseconds(ours.round_trips),
            milliseconds(stock.round_trips),
            "p50 <= 7 ms",
            f"p50 / p95 of {ROUND_TRIPS}, through the gateway",
        ),
    ]


def _counted(endings: Sequence[str]) -> str:
    return ", ".join(f"{endings.count(each)} {each}" for each in sorted(set(endings)))


def _expect(wanted: str, output: str) -> None:
    if wanted not in output:
        raise MeasurementError(f"the cell printed {output[:300]!r} instead of {wanted}")
