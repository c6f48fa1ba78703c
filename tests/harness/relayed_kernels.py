"""A gateway's kernels behind relays, so that a test can cut the way between the two."""

import contextlib
import json
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from harness.gateway import GatewayProcess
from harness.relay import Relay

PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")


@dataclass(frozen=True)
class KernelLinks:
    """All ways from the gateway to one kernel."""

    relays: Sequence[Relay]

    def cut(self, *, for_good: bool = False) -> None:
        for relay in self.relays:
            relay.cut(for_good=for_good)

    def hold(self) -> None:
        for relay in self.relays:
            relay.hold()

    def slow_down(self, delay_seconds: float) -> None:
        for relay in self.relays:
            relay.delay_seconds = delay_seconds

    def restore(self) -> None:
        for relay in self.relays:
            relay.restore()


@contextlib.contextmanager
def relayed(gateway: GatewayProcess, kernel_id: str) -> Iterator[KernelLinks]:
    """Kill the gateway, and have the next one believe that the kernel is where relays to it are."""
    gateway.stop(signal.SIGKILL)
    file = gateway.folder / "state" / "kernel_sessions" / f"{kernel_id}.json"
    document = json.loads(file.read_text())
    session = document[kernel_id]
    with ExitStack() as stack:
        links = []

        def instead_of(ip: str, port: int) -> int:
            relay = stack.enter_context(Relay(lambda: (ip, port)))
            links.append(relay)
            return relay.port

        place, connection = session["process_info"], session["connection_info"]
        for name in PORTS:
            connection[name] = instead_of(connection["ip"], connection[name])
        place["comm_port"] = instead_of(place["comm_ip"], place["comm_port"])
        for name in ("ip", "assigned_ip", "assigned_host", "comm_ip"):
            place[name] = "127.0.0.1"
        connection["ip"] = "127.0.0.1"
        file.write_text(json.dumps(document))
        gateway.start()
        yield KernelLinks(links)
