"""Kernels on their way: what each waits for, and where it stands in its queue."""

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from jupyter_server.base.handlers import APIHandler
from kubeyard_identity import Caller, may_act
from kubeyard_kernelspecs import KernelSpec
from kubeyard_yarn.applications import Application, ApplicationState

from kubeyard_gateway.application_watch import Look
from kubeyard_gateway.death import waiting_for
from kubeyard_gateway.guard import Guard


@dataclass
class Start:
    """One start that somebody waits for."""

    kernel_id: str
    owner: str
    kernelspec: str
    spec: KernelSpec | None
    begun: float = field(default_factory=time.monotonic)


class Starts:
    """What the gateway's look at YARN says of the starts under way; it asks nobody by itself."""

    def __init__(self) -> None:
        """Nothing is on its way."""
        self._starts: dict[str, Start] = {}
        self._active: tuple[Application, ...] = ()

    def note(self, look: Look) -> None:
        """Take over what YARN runs."""
        self._active = look.active

    def begin(self, start: Start) -> None:
        """Somebody waits for this kernel."""
        self._starts[start.kernel_id] = start

    def end(self, kernel_id: str) -> None:
        """It is there, or will not come."""
        self._starts.pop(kernel_id, None)

    def told_to(self, caller: Caller) -> list[dict[str, Any]]:
        """Return those that the caller may know of."""
        return [self._told(each) for each in self._starts.values() if may_act(caller, each.owner)]

    def words(self, kernel_id: str) -> str:
        """Say what a kernel waits for, as one paragraph; empty when it is not known to wait."""
        start = self._starts.get(kernel_id)
        told = self._told(start) if start else {}
        if not told.get("reason"):
            return ""
        place = told["place"]
        where = f" It is number {place['number']} of {place['waiting']} in this queue." if place else ""
        return f"{told['reason']['what']}{where} {told['reason']['next_step']}"

    def _told(self, start: Start) -> dict[str, Any]:
        application = next((each for each in self._active if each.tagged("kernel") == start.kernel_id), None)
        reason = waiting_for(application, start.spec) if application else None
        return {
            "kernel_id": start.kernel_id,
            "owner": start.owner,
            "kernelspec": start.kernelspec,
            "name": start.spec.display_name if start.spec else start.kernelspec,
            "seconds": round(time.monotonic() - start.begun, 1),
            "application_id": application.id if application else "",
            "queue": application.queue if application else "",
            "reason": asdict(reason) if reason else None,
            "place": place_of(application, self._active) if application else None,
        }


def place_of(application: Application, active: Iterable[Application]) -> dict[str, int] | None:
    """Return the place among the platform's that wait in the same queue; None for one that does not wait."""
    waiting = sorted(each.id for each in active if _waits(each) and each.queue == application.queue)
    if application.id not in waiting:
        return None
    return {"number": waiting.index(application.id) + 1, "waiting": len(waiting)}


def _waits(application: Application) -> bool:
    return application.state is not ApplicationState.RUNNING


class StartsUnderWay(Guard, APIHandler):
    """`/api/starts`: the caller's own; an administrator's list holds all."""

    async def get(self) -> None:
        """Tell what each waits for."""
        self.finish(json.dumps(self.settings["starts"].told_to(self.caller)))
