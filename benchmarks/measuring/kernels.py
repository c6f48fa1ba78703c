"""A kernel's life, measured on two gateways over the same YARN, from its start to its stop."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from measuring import machine
from measuring.gateway_client import Gateway, MeasurementError
from measuring.samples import Samples
from measuring.table import Row, beside, counted, milliseconds, seconds

ROUND_TRIPS = 100
JOB = 'range(10**6).selectExpr("sum(id)").collect()'
SUM = "499999500000"
_END_SECONDS = 60
_QUIET_SECONDS = 20


@dataclass(frozen=True)
class Subject:
    """What is measured: a gateway, a kernel of it, and how its user comes to a Spark session."""

    gateway: Gateway
    kernelspec: str
    environment: dict[str, str]
    session: str

    @property
    def job(self) -> str:
        """A cell that runs a small Spark job."""
        return f"print({self.session}.{JOB})"


def measure(ours: Subject, stock: Subject, our_runs: int, stock_runs: int, samples: Samples) -> None:
    """Run both in turn, so that a busy minute of the machine hits both."""
    subjects = ((ours, our_runs), (stock, stock_runs))
    for round_number in range(max(our_runs, stock_runs)):
        for subject, runs in subjects:
            whose = subject.gateway.name
            if samples.count(f"cold/{whose}/stop") <= round_number < runs:
                machine.wait_until_quiet(_QUIET_SECONDS)
                _live_once(subject, samples)
                first = samples.numbers(f"cold/{whose}/first cell")[-1]
                print(f"  {whose} {round_number + 1} of {runs}: first cell {first:.2f} s", flush=True)


def _live_once(subject: Subject, samples: Samples) -> None:
    gateway, whose = subject.gateway, f"cold/{subject.gateway.name}"
    began = time.monotonic()
    kernel_id = gateway.start(subject.kernelspec, subject.environment)
    try:
        connection = gateway.connect(kernel_id)
        expect("2", connection.run("1+1"))
        first_cell = time.monotonic() - began
        expect(SUM, connection.run(subject.job))
        first_spark = time.monotonic() - began
        again = time.monotonic()
        connection.run(subject.job)
        samples.add(f"{whose}/second spark", time.monotonic() - again)
        samples.add(f"{whose}/first cell", first_cell)
        samples.add(f"{whose}/first spark", first_spark)
        if not samples.count(f"{whose}/round trip"):
            samples.add(f"{whose}/round trip", *connection.round_trips(ROUND_TRIPS))
        connection.close()
        samples.add(f"{whose}/restart", restarted(subject, kernel_id))
    finally:
        took, state = stopped(gateway, kernel_id)
    samples.add(f"{whose}/ending", state)
    samples.add(f"{whose}/stop", took)


def restarted(subject: Subject, kernel_id: str) -> float:
    """Restart a kernel and return the seconds until its first cell; it is left with Spark in use."""
    began = time.monotonic()
    subject.gateway.restart(kernel_id)
    connection = subject.gateway.connect(kernel_id)
    expect("2", connection.run("1+1"))
    took = time.monotonic() - began
    # A kernel stopped before Spark is there ends otherwise: the stop to be measured is that of one in use.
    connection.run(subject.job)
    connection.close()
    return took


def stopped(gateway: Gateway, kernel_id: str) -> tuple[float, str]:
    """Stop a kernel; return the seconds until YARN says that its application has ended, and how."""
    application_id = gateway.application_of(kernel_id).id
    began = time.monotonic()
    gateway.stop(kernel_id)
    while not (application := gateway.resource_manager.application(application_id)).state.is_final:
        if time.monotonic() - began > _END_SECONDS:
            gateway.resource_manager.kill(application_id)
            raise MeasurementError(f"{gateway.name}: {application_id} did not end within {_END_SECONDS} s")
        time.sleep(0.02)
    return time.monotonic() - began, str(application.state)


def rows(samples: Samples) -> list[Row]:
    """What was measured, as rows of the table."""

    def row(what: str, series: str, bar: str = "") -> Row:
        both = samples.both("cold", series)
        return beside(what, seconds, both, bar, how(*both))

    trips, endings = samples.both("cold", "round trip"), samples.both_words("cold", "ending")
    return [
        row("cold: request -> first cell", "first cell", "<= 1.2 s"),
        row("cold: request -> first Spark result", "first spark", "<= 7 s"),
        row("the same Spark job again", "second spark"),
        row("cold: restart -> first cell", "restart"),
        row("stop -> application ended", "stop", "<= 0.5 s"),
        beside("applications after stop", counted, endings, "all FINISHED", "state that YARN keeps"),
        beside(
            "trivial cell, through the gateway",
            milliseconds,
            trips,
            "p50 <= 6 ms, p95 <= 10 ms",
            f"p50 / p95 of {len(trips[0])} and {len(trips[1])}",
        ),
    ]


def how(ours: Sequence[float], stock: Sequence[float]) -> str:
    """How many runs the numbers are of."""
    return f"min / median / max of {len(ours)} and {len(stock)}, in turn"


def expect(wanted: str, output: str) -> None:
    """Raise MeasurementError unless the cell printed what it must."""
    if wanted not in output:
        raise MeasurementError(f"the cell printed {output[:300]!r} instead of {wanted}")
