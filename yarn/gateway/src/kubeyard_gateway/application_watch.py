"""One look at YARN for all kernels: what their applications are doing, from memory."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from kubeyard_yarn.applications import ACTIVE_STATES, ApplicationState
from kubeyard_yarn.errors import NotFound, YarnError
from kubeyard_yarn.resource_manager import ResourceManager

log = structlog.get_logger("kubeyard_gateway")
INTERVAL_SECONDS = 1.0
LONGEST_SUMMARY = 600


@dataclass(frozen=True)
class Ending:
    """How an application ended, in YARN's words."""

    state: str
    diagnostics: str

    @property
    def summary(self) -> str:
        """The lines that tell a person why; YARN's diagnostics hold whole logs."""
        lines = [line.strip() for line in self.diagnostics.splitlines() if line.strip()]
        if not lines:
            return "YARN gives no reason"
        told = [line for line in lines[1:] if "Diagnostics: " in line or line.startswith("Caused by:")]
        return " ".join(dict.fromkeys([lines[0], *told[-2:]]))[:LONGEST_SUMMARY]


class ApplicationWatch:
    """Asks the ResourceManager once an interval, however many kernels there are.

    Only an ending that YARN states counts: while the ResourceManager does not answer, all live on.
    """

    def __init__(self, resource_manager: ResourceManager) -> None:
        """Follows nothing and asks nothing until a kernel is followed."""
        self._resource_manager = resource_manager
        self._followed: set[str] = set()
        self._endings: dict[str, Ending] = {}
        self.trouble = ""

    def follow(self, application_id: str) -> None:
        """Keep an eye on the application from now on."""
        self._followed.add(application_id)

    def forget(self, application_id: str) -> None:
        """Nobody asks for the application any more."""
        self._followed.discard(application_id)
        self._endings.pop(application_id, None)

    def ending(self, application_id: str) -> Ending | None:
        """Return how the application ended; None while it lives, or while nobody can tell."""
        return self._endings.get(application_id)

    @property
    def living(self) -> list[str]:
        """The followed applications that are not known to have ended."""
        return sorted(self._followed - self._endings.keys())

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            if self.living:
                await self._look()
            await asyncio.sleep(INTERVAL_SECONDS)

    async def _look(self) -> None:
        try:
            found = await asyncio.to_thread(self._ended, self.living)
        except YarnError as error:
            if not self.trouble:
                log.warning("applications_unknown", reason=str(error))
            self.trouble = str(error)
            return
        self.trouble = ""
        # One that was forgotten meanwhile stays forgotten.
        self._endings |= {key: value for key, value in found.items() if key in self._followed}

    def _ended(self, application_ids: Iterable[str]) -> dict[str, Ending]:
        active = self._resource_manager.applications(ACTIVE_STATES, tags=["kubeyard"])
        running = {application.id for application in active}
        found = {}
        for application_id in application_ids:
            if application_id not in running and (ending := self.ask(application_id)) is not None:
                found[application_id] = ending
        return found

    def ask(self, application_id: str) -> Ending | None:
        """Ask YARN now, blocking; None while the application lives."""
        try:
            application = self._resource_manager.application(application_id)
        except NotFound:
            return Ending(ApplicationState.UNKNOWN, "the ResourceManager no longer knows the application")
        if not application.state.is_final:
            return None
        return Ending(application.state, application.diagnostics)
