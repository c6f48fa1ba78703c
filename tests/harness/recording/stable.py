"""Makes ports, folders and times of a recording the same each time, so that two recordings compare."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# The moment at which every recorded cluster started, milliseconds since 1970; it is part of every id.
STARTED_MS = 1_700_000_000_000
# A list of every kind of resource, which YARN repeats beside each pair of memory and cores.
LEFT_OUT = "resourceInformations"
_MILLISECONDS = re.compile(r"(?<!\d)\d{13}(?!\d)")
_DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True)
class Stable:
    """How one recorded cluster's names are replaced: what it is called here, by what it is called there."""

    started_ms: int
    folders: Mapping[Path, str]
    ports: Mapping[int, int]

    def __call__(self, value: object) -> object:
        """Return the same value, text or JSON, with what differs between machines replaced."""
        if isinstance(value, dict):
            return {self.text(key): self(each) for key, each in value.items() if key != LEFT_OUT}
        if isinstance(value, list):
            return [self(each) for each in value]
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return self._moment(value)
        return value

    def text(self, value: str) -> str:
        """Return text with its times, ports, folders and this machine's name replaced."""
        value = _MILLISECONDS.sub(lambda found: str(self._moment(int(found[0]))), value)
        value = self._port.sub(lambda found: str(self.ports[int(found[0])]), value)
        for folder, name in self.folders.items():
            value = value.replace(str(folder), name)
        # Hadoop writes host/address where it tells of its own machine.
        return re.sub(rf"(?<![\w.-]){re.escape(socket.gethostname())}(?=[:/])", "localhost", value)

    def _moment(self, milliseconds: int) -> int:
        distance = milliseconds - self.started_ms
        return STARTED_MS + distance if abs(distance) < _DAY_MS else milliseconds

    @cached_property
    def _port(self) -> re.Pattern[str]:
        # host:port, and host_port as the history writes a node's id.
        return re.compile(rf"(?<=[:_])(?:{'|'.join(map(str, self.ports))})(?!\d)")
