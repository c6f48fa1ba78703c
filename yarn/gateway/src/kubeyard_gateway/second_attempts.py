"""YARN's second try of an application, after its kernel went with the container of the first."""

from collections.abc import Iterable

import structlog
from kubeyard_yarn.applications import Application
from kubeyard_yarn.errors import YarnError
from kubeyard_yarn.resource_manager import ResourceManager

log = structlog.get_logger("kubeyard_gateway")
# What YARN itself says of a container that ended so.
PREEMPTED = "Container preempted by scheduler (exitCode: -102)"
NODE_LOST = "Container released on a *lost* node (exitCode: -100)"
KILLED = "YARN began it anew, and its kernel was lost with the first container"


class SecondAttempts:
    """Finds the applications that YARN began anew, and ends them.

    One try is all that is asked for. But a container that was preempted, or lost with its node, does
    not count as a failure, so YARN makes another kernel of which nobody knows.
    """

    def __init__(self, resource_manager: ResourceManager) -> None:
        """Knows no kernel's container yet."""
        self._resource_manager = resource_manager
        self._tries: dict[str, int] = {}

    def remember(self, application_id: str, container_id: str) -> None:
        """Note the container that the application's kernel runs in; empty where the kernel did not tell."""
        if number := _try_of(container_id):
            self._tries[application_id] = number

    def forget(self, application_id: str) -> None:
        """Nobody asks for the application any more."""
        self._tries.pop(application_id, None)

    def suspects(self, active: Iterable[Application]) -> list[Application]:
        """Return those that were begun anew by what YARN's list tells, or may have been.

        To `end` one of them takes YARN two requests.
        """
        return [each for each in active if each.id in self._tries and self._may_run_anew(each)]

    def end(self, suspects: Iterable[Application]) -> dict[str, str]:
        """Kill those that run anew, blocking; return YARN's words for what became of each one's kernel."""
        again = [application for application in suspects if self._runs_anew(application)]
        for application in again:
            log.warning("application_began_anew", application_id=application.id)
            try:
                self._resource_manager.kill(application.id, KILLED)
            except YarnError as error:
                log.warning("application_not_killed", application_id=application.id, reason=str(error))
        return {each.id: PREEMPTED if each.masters_preempted else NODE_LOST for each in again}

    def _may_run_anew(self, application: Application) -> bool:
        # Without a container of its own the newest try waits for one.
        newest = _try_of(application.am_container_id)
        return not newest or newest > self._tries[application.id]

    def _runs_anew(self, application: Application) -> bool:
        # It may have been forgotten meanwhile.
        known = self._tries.get(application.id)
        newest = _try_of(application.am_container_id) or self._newest_try(application.id)
        return known is not None and newest > known

    def _newest_try(self, application_id: str) -> int:
        return max((attempt.number for attempt in self._resource_manager.attempts(application_id)), default=0)


def _try_of(container_id: str) -> int:
    """The number of the try in `container_e17_1700000000000_0001_02_000001`; 0 where there is none."""
    parts = container_id.split("_")
    return int(parts[-2]) if len(parts) >= 5 and parts[-2].isdecimal() else 0
