"""Measures what each of the settings for a quick start of Spark brings and costs, and prints a table.

python benchmarks/spark_settings.py --home ~/.kubeyard --count 5 --write    and keep it in docs/spark.md

Processor seconds are of all processes of the application, on one machine: they say more than the clock
does where others work beside it.
"""

import argparse
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil
from measuring import lent_platform, machine, own_gateway
from measuring.gateway_client import Connection
from measuring.running_platform import RunningPlatform
from measuring.table import write_section

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "spark.md"
ARCHIVES, COMPILER, COLLECTOR = (
    "KUBEYARD_GATEWAY_CLASS_ARCHIVES",
    "KUBEYARD_GATEWAY_FIRST_COMPILER_MB",
    "KUBEYARD_GATEWAY_SERIAL_GC_MB",
)
OFF = "0"
VARIANTS: Mapping[str, Mapping[str, str]] = {
    "all three (default)": {},
    "without class archives": {ARCHIVES: OFF},
    "with both compilers": {COMPILER: OFF},
    "with the parallel collector": {COLLECTOR: OFF},
    "none of them": {ARCHIVES: OFF, COMPILER: OFF, COLLECTOR: OFF},
}
FIRST = "spark.range(10**6).selectExpr('sum(id)').collect()"
# Long enough for Java to compile what is hot by whatever means it has.
LONG = "spark.range(2 * 10**7).selectExpr('sum(hash(id) % 1000 * (id % 7))').collect()"
HEAD = ("", "first Spark result", "processor until then", "a long job, third run", "its processor")


@dataclass(frozen=True)
class Start:
    """One start, in seconds."""

    first: float
    first_processor: float
    long: float
    long_processor: float


def main() -> None:
    """Measure all variants in turn, so that a busy minute meets each of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, help="a running platform; without one a new one is started")
    parser.add_argument("--offset", type=int, default=4000, help="of a new platform's ports (4000)")
    parser.add_argument("--count", type=int, default=3, help="starts of each variant (3)")
    parser.add_argument("--write", action="store_true", help="keep the table in docs/spark.md")
    asked = parser.parse_args()
    # What was started ends with it, also when it is told to stop.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    found: dict[str, list[Start]] = {name: [] for name in VARIANTS}
    with lent_platform.platform(asked.home, asked.offset) as platform:
        for _ in range(asked.count):
            for name, settings in VARIANTS.items():
                found[name].append(_measured(platform, settings))
                print(name, found[name][-1], flush=True)
    text = _table(found, asked.count)
    print(text)
    if asked.write:
        write_section(DOCUMENT, "spark-settings", text)


def _measured(platform: RunningPlatform, settings: Mapping[str, str]) -> Start:
    with own_gateway.subject(platform, **settings) as subject:
        gateway = subject.gateway
        began = time.monotonic()
        kernel_id = gateway.start(subject.kernelspec)
        connection = gateway.connect(kernel_id)
        connection.run(FIRST)
        first = time.monotonic() - began
        application = gateway.application_of(kernel_id).id
        first_processor = _processor_seconds(application)
        long, long_processor = _long_job(connection, application)
        connection.close()
        gateway.stop(kernel_id)
    return Start(first, first_processor, long, long_processor)


def _long_job(connection: Connection, application: str) -> tuple[float, float]:
    for _ in range(2):
        connection.run(LONG)
    before, began = _processor_seconds(application), time.monotonic()
    connection.run(LONG)
    return time.monotonic() - began, _processor_seconds(application) - before


def _processor_seconds(application: str) -> float:
    """What all processes of the application have used, by the folder that YARN runs them in."""
    total = 0.0
    for process in psutil.process_iter():
        try:
            if application in process.cwd():
                used = process.cpu_times()
                total += used.user + used.system
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total


def _table(found: Mapping[str, Sequence[Start]], count: int) -> str:
    rows = [
        (name, *(f"{median(getattr(start, part) for start in starts):.1f} s" for part in PARTS))
        for name, starts in found.items()
    ]
    lines = [HEAD, tuple("---" for _ in HEAD), *rows]
    shown = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"Measured on {machine.description()}: medians of {count}.\n\n{shown}"


PARTS = ("first", "first_processor", "long", "long_processor")


if __name__ == "__main__":
    main()
