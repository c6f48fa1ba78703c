"""A person at work in a notebook while all around breaks: what she sends, and all that reaches her."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import websocket
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from lab.lab_process import LabProcess

from harness.gateway import GatewayProcess
from harness.relay import Relay
from harness.relayed_kernels import KernelLinks, relayed
from harness.waiting import wait_until

LINES = 40
PRINTING = """
import time
kept = {round!r}
for i in range({lines}):
    print({name!r}, {round!r}, i, flush=True); time.sleep(0.05)
open({done!r}, 'w').close()
"""
ENDS = {"execute_reply", "idle"}
DEATH_SECONDS = 90
# YARN's daemons take a minute to be back on a busy machine.
SILENCE_SECONDS = 180


class KernelGone(Exception):  # noqa: N818 - it names what happened
    """The Lab has closed the notebook's connection: the kernel is no more."""


class Person:
    """One person, one Lab, one notebook; everything goes through relays."""

    def __init__(self, name: str, lab: LabProcess, way: Relay, gateway: GatewayProcess, board: Path) -> None:
        """`way` leads from the Lab to the gateway; `board` is a folder that everybody may write to."""
        self.name = name
        self.lab = lab
        self.way = way
        self._gateway = gateway
        self._board = board
        self._stack = ExitStack()
        self._text = ""
        self._ends: set[str] = set()
        self.kernel_id = self.ident = ""
        self.pid = 0
        self.links = KernelLinks([])

    def open_kernel(self, kernelspec: str) -> None:
        """Begin anew, in a kernel that the gateway reaches through relays only."""
        self.close()
        self.kernel_id = str(self.lab.open_notebook(f"{self.name}.ipynb", kernelspec)["kernel"]["id"])
        self.links = self._stack.enter_context(relayed(self._gateway, self.kernel_id))
        self.notebook = self._stack.enter_context(self.lab.connect(self.kernel_id))
        self.notebook.socket.settimeout(SILENCE_SECONDS)
        self.send("import os; print(os.getpid())")
        self.pid = int(self.read_to_the_end())

    def close(self) -> None:
        """Leave the notebook."""
        self._stack.close()

    def begin(self, number: int) -> None:
        """Run the cell of this round."""
        done = self._board / f"{self.name}-{number}"
        values = {"name": self.name, "round": number, "lines": LINES, "done": str(done)}
        self._done = done
        self.send(PRINTING.format(**values))

    def send(self, code: str) -> None:
        self._text, self._ends = "", set()
        self.ident = self.notebook.send(code)

    def has_printed(self) -> bool:
        """Whether the round's cell has come to its end, seen or not; a dead one never does."""
        return self._done.exists() or not psutil.pid_exists(self.pid)

    def read_until(self, line: str) -> None:
        while line not in self._text:
            self._read()

    def read_to_the_end(self) -> str:
        """Return all that the cell printed; raises KernelGone."""
        while self._ends != ENDS:
            self._read()
        return self._text

    def _read(self) -> None:
        opcode, frame = self.notebook.socket.recv_data()
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            raise KernelGone(self.kernel_id)
        _, parts = deserialize_msg_from_ws_v1(frame)  # type: ignore[no-untyped-call]
        header, parent, _, content = (json.loads(part) for part in parts[:4])
        text = str(content.get("text", ""))
        self._refuse_others(text)
        if parent.get("msg_id") == self.ident:
            self._text += text
            self._ends |= {header["msg_type"], str(content.get("execution_state"))} & ENDS

    def _refuse_others(self, text: str) -> None:
        words = {line.split()[0] for line in text.splitlines() if line.split()}
        others = words & {"ada", "bob"} - {self.name}
        assert not others, f"{self.name} was shown {text!r}"

    def model(self) -> dict[str, Any]:
        """What the Lab says of the kernel."""
        found: dict[str, Any] = self.lab.send("GET", f"/api/kernels/{self.kernel_id}").json()
        return found

    def until_told_dead(self) -> str:
        """Wait until the notebook is told that its kernel is dead; return the reason that it is given."""

        def reason() -> str:
            model = self.model()
            return str(model.get("reason")) if model.get("execution_state") == "dead" else ""

        return wait_until(reason, f"{self.name}'s notebook is told", DEATH_SECONDS, 0.5)
