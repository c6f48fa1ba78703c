"""Why kernels ended: kept for their people after the gateway and YARN have let go of the kernels."""

import time
from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from kubeyard_identity import Caller, may_act
from kubeyard_yarn.reasons import Cause, Reason

from kubeyard_gateway.kept_document import KeptDocument

log = structlog.get_logger("kubeyard_gateway")
# Below the gateway's state.
RECORD = "endings.json"
MOST_KEPT = 500


@dataclass(frozen=True)
class KernelEnding:
    """The end of one kernel, or of a start that led to none."""

    id: str
    owner: str
    kernelspec: str
    reason: Reason
    # Empty where none was submitted.
    application_id: str = ""
    # Of a Python that failed as it started.
    traceback: str = ""
    at: float = field(default_factory=time.time)

    def to_json(self) -> dict[str, Any]:
        """Return it as its person may see it."""
        told = asdict(self)
        told["ended_at"] = datetime.fromtimestamp(told.pop("at"), UTC).isoformat()
        return told


class Endings:
    """The newest endings, in a file of the gateway's state: people often ask after a restart."""

    def __init__(self, file: Path) -> None:
        """A file that is not there, or damaged, tells of nothing."""
        self._kept = KeptDocument(file)
        self._endings = self._kept.read(_endings) or OrderedDict()

    def note(self, ending: KernelEnding) -> None:
        """Keep an ending. The first word counts: a dead kernel is stopped once more, to be tidied away."""
        if ending.id in self._endings:
            return
        self._endings[ending.id] = ending
        while len(self._endings) > MOST_KEPT:
            self._endings.popitem(last=False)
        log.info("kernel_ended", kernel_id=ending.id, cause=ending.reason.cause, owner=ending.owner)
        self._keep()

    def lives(self, kernel_id: str) -> None:
        """The kernel was started again under its id."""
        if self._endings.pop(kernel_id, None) is not None:
            self._keep()

    def of(self, kernel_id: str) -> KernelEnding | None:
        """Return why the kernel ended, if that is known."""
        return self._endings.get(kernel_id)

    def told_to(self, caller: Caller) -> list[KernelEnding]:
        """Return those that the caller may know of, the newest first."""
        return [each for each in reversed(self._endings.values()) if may_act(caller, each.owner)]

    def _keep(self) -> None:
        self._kept.write([asdict(each) for each in self._endings.values()])


def _endings(document: Any) -> OrderedDict[str, KernelEnding]:
    found = [_from_record(record) for record in document]
    return OrderedDict((ending.id, ending) for ending in found)


def _from_record(record: dict[str, Any]) -> KernelEnding:
    reason = record.pop("reason")
    told = Reason(Cause(reason["cause"]), str(reason["what"]), str(reason["next_step"]))
    return KernelEnding(reason=told, **record)
