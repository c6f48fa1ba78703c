"""Cells that were sent and of which nothing was heard: a break may have cost them on their way."""

import json
from collections import OrderedDict

from kubeyard_lab.received import part_of
from kubeyard_lab.waiting_messages import Message

# The gateway says by it which application a kernel is: after a restart it is another.
APPLICATION = "Kubeyard-Application"
_CHANNEL, _HEADER, _PARENT = 0, 1, 2
_COUNT_MAX = 1000
_BYTES_MAX = 64 * 2**20


class Unbegun:
    """They are sent again after a break. One that had arrived is not run twice: the kernel knows it again.

    (It refuses a message whose signature it has seen, which is the same for the same bytes.)
    """

    def __init__(self) -> None:
        self._cells: OrderedDict[bytes, bytes] = OrderedDict()
        self._bytes = 0
        self._application = ""

    def connected(self, application: str) -> list[Message]:
        """The cells to send again, now that the way to the kernel of this application is open.

        What was meant for another application must not run in this one, whose variables are not the same.
        """
        if not application or application != self._application:
            self._forget(list(self._cells))
        self._application = application
        return list(self._cells.values())

    def sent(self, message: Message) -> None:
        """Note a message to the kernel, by the v1 protocol, if it is a cell and its application is known."""
        if not self._application or not isinstance(message, bytes) or part_of(message, _CHANNEL) != b"shell":
            return
        header = part_of(message, _HEADER)
        if b'"execute_request"' not in header:
            return
        self._cells[str(json.loads(header)["msg_id"]).encode()] = message
        self._bytes += len(message)
        while len(self._cells) > _COUNT_MAX or self._bytes > _BYTES_MAX:
            self._forget([next(iter(self._cells))])

    def heard(self, message: Message) -> None:
        """Note a message of the kernel: the cell that it belongs to has arrived there."""
        if self._cells and isinstance(message, bytes):
            parent = part_of(message, _PARENT)
            self._forget([ident for ident in self._cells if ident in parent])

    def _forget(self, idents: list[bytes]) -> None:
        for ident in idents:
            self._bytes -= len(self._cells.pop(ident))
