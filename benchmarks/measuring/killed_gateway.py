"""The gateway killed under a printing cell: how soon the next one serves, and what the client gets."""

import signal
import time
import uuid

from kubeyard_yarn.applications import ACTIVE_STATES

from measuring import own_gateway, stock_gateway
from measuring.blocks import Bench, Block
from measuring.gateway_client import Cell, Connection, Gateway, MeasurementError
from measuring.samples import Samples
from measuring.table import Row, beside, counted, seconds

_LINES = 60
_PRINTING = f"import time\nfor i in range({_LINES}):\n    print('line', i, flush=True); time.sleep(0.05)"
_ALL = "".join(f"line {number}\n" for number in range(_LINES))
_KILLED_AFTER = "line 10\n"
_BACK_SECONDS = 60


def measure(bench: Bench) -> None:
    """Ours on one kernel for all rounds; stock loses its kernel in the first."""
    samples = bench.samples
    if samples.count("killed/ours/output") < bench.count:
        with own_gateway.gateway(bench.platform, KUBEYARD_GATEWAY_SPARES="0") as gateway:
            _ours(bench, gateway)
    while samples.count("killed/stock/kernel") < bench.stock_count:
        _stock_once(bench)


def _ours(bench: Bench, gateway: own_gateway.OwnGateway) -> None:
    client = gateway.client()
    kernel_id = client.start("kubeyard.spark")
    client.connect(kernel_id).run("spark.range(1).count()")
    while (done := bench.samples.count("killed/ours/output")) < bench.count:
        served, output = _kill_once(gateway, client, kernel_id)
        bench.samples.add("killed/ours/served", served)
        bench.samples.add("killed/ours/output", "whole and in order" if output == _ALL else "not whole")
        print(f"  kill {done + 1} of {bench.count}: serves after {served:.2f} s", flush=True)


def _kill_once(gateway: own_gateway.OwnGateway, client: Gateway, kernel_id: str) -> tuple[float, str]:
    """Return the seconds until the next gateway served, and what the client got of the cell."""
    session = uuid.uuid4().hex
    cell, connection = _printing(client, kernel_id, session)
    gateway.end(signal.SIGKILL)
    connection.close()
    served = gateway.start()
    connection = client.connect(kernel_id, session, cell.received[-1:])
    _read(cell, connection)
    connection.close()
    return served, cell.output


def _printing(client: Gateway, kernel_id: str, session: str) -> tuple[Cell, Connection]:
    connection = client.connect(kernel_id, session)
    cell = Cell(connection.send(_PRINTING))
    _read(cell, connection, _KILLED_AFTER)
    return cell, connection


def _read(cell: Cell, connection: Connection, text: str = "") -> None:
    """Read until the cell has ended, or has printed `text`."""
    deadline = time.monotonic() + _BACK_SECONDS
    while not (cell.has_ended or (text and text in cell.output)):
        left = deadline - time.monotonic()
        if left <= 0:
            raise MeasurementError(f"the cell did not go on; it had printed {cell.output[-100:]!r}")
        cell.take(connection.receive(left))


def _stock_once(bench: Bench) -> None:
    """With its records on and read at the start, which is the most that stock offers."""
    keeping = {"EG_KERNEL_SESSION_PERSISTENCE": "True", "EG_AVAILABILITY_MODE": "standalone"}
    keeping |= {"EG_LIST_KERNELS": "True"}
    with stock_gateway.installed(bench.platform, bench.cache) as stock:
        stock.start(**keeping)
        subject = stock_gateway.subject_of(bench.platform, stock)
        client = subject.gateway
        kernel_id = client.start(subject.kernelspec, subject.environment)
        application = client.application_of(kernel_id)
        _printing(client, kernel_id, uuid.uuid4().hex)
        stock.stop(signal.SIGKILL)
        began = time.monotonic()
        stock.start(**keeping)
        bench.samples.add("killed/stock/served", time.monotonic() - began)
        is_there = any(kernel["id"] == kernel_id for kernel in client.kernels())
        runs_on = client.resource_manager.application(application.id).state in ACTIVE_STATES
        client.resource_manager.kill(application.id)
    words = (
        f"{'kernel there' if is_there else 'kernel lost'}, application {'runs on' if runs_on else 'ended'}"
    )
    bench.samples.add("killed/stock/kernel", words)


def rows(samples: Samples) -> list[Row]:
    """How soon the next gateway served, and what the client had in the end."""
    served = samples.both("killed", "served")
    outputs = samples.words("killed/ours/output"), samples.words("killed/stock/kernel")
    how = f"min / median / max of {len(served[0])} and {len(served[1])}, from the start of its process"
    came = f"{_LINES} lines over 3 s; the client says what it has when it comes back"
    return [
        beside("gateway killed under a cell -> next one serves", seconds, served, "<= 2 s", how),
        beside("output of that cell, as its client got it", counted, outputs, "all whole", came),
    ]


BLOCK = Block(measure, rows, count=50, stock_count=1, what="kills of the gateway under a printing cell")
