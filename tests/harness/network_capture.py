"""What goes over the loopback network, as somebody with a wire tap would see it."""

import contextlib
import socket
import struct
import threading
from collections import defaultdict
from collections.abc import Collection

from harness.waiting import wait_until

ETH_P_IP = 0x0800
TCP = 6
PACKET_OUTGOING = 4
# The kernel's limit for buffers is for those without the right to capture.
SO_RCVBUFFORCE = 33
BUFFER_BYTES = 64 << 20
MISSING = "capturing packets needs the right to (CAP_NET_RAW), as root has it"
Flow = tuple[int, int]


def can_capture() -> bool:
    """Whether this process may."""
    try:
        _open().close()
    except OSError:
        return False
    return True


def _open() -> socket.socket:
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    tap.bind(("lo", ETH_P_IP))
    return tap


class Capture:
    """Records all TCP from and to the given ports of this machine, within a `with` block."""

    def __init__(self, ports: Collection[int]) -> None:
        self._ports = frozenset(ports)
        self._flows: dict[Flow, bytearray] = defaultdict(bytearray)
        self._ended = threading.Event()

    def __enter__(self) -> "Capture":
        self._tap = _open()
        with contextlib.suppress(OSError):
            self._tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        self._tap.settimeout(0.2)
        self._thread = threading.Thread(target=self._record, name="capture")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._tap.close()

    def saw(self, text: str | bytes) -> bool:
        """Whether the text went by in clear."""
        wanted = text.encode() if isinstance(text, str) else text
        return any(wanted in bytes(content) for content in list(self._flows.values()))

    @property
    def size_bytes(self) -> int:
        """How much went by: where it is nothing, not having seen a text means nothing."""
        return sum(len(content) for content in list(self._flows.values()))

    def until_more_than(self, size_bytes: int) -> None:
        """Wait until so much was recorded."""
        wait_until(lambda: self.size_bytes > size_bytes, f"more than {size_bytes} bytes went by")

    def _record(self) -> None:
        while not self._ended.is_set():
            try:
                packet, address = self._tap.recvfrom(1 << 17)
            except TimeoutError:
                continue
            # On loopback each packet is seen twice, going out and coming in.
            if address[2] != PACKET_OUTGOING and packet[9] == TCP:
                self._keep(packet)

    def _keep(self, packet: bytes) -> None:
        start = (packet[0] & 0x0F) * 4
        flow: Flow = struct.unpack("!HH", packet[start : start + 4])
        if self._ports.isdisjoint(flow):
            return
        length = int.from_bytes(packet[2:4], "big") or len(packet)
        self._flows[flow] += packet[start + (packet[start + 12] >> 4) * 4 : length]
