"""Leases in YARN: an application lives on only while its gateway says so, again and again."""

import asyncio
import time

import structlog
from kubeyard_yarn.applications import Application, ApplicationState
from kubeyard_yarn.errors import Unreachable, YarnError
from kubeyard_yarn.resource_manager import ResourceManager

from kubeyard_gateway.application_watch import ApplicationWatch, Look

log = structlog.get_logger("kubeyard_gateway")
# With the watch's looks this stays below one request a second, however many kernels there are.
RENEWALS_PER_SECOND = 0.4
# Renewed once a third is used up; a whole round of renewals fits into another third.
RENEWED_BELOW = 2 / 3
# A container begins within that time of its submission, or it waits for long.
LAUNCHED_WITHIN_SECONDS = 60


class Leases:
    """Grants each application its time to live and renews it; YARN kills what is not renewed.

    What each has left is read from the watch's looks, so a new gateway goes on where the last one was.

    None is granted while the first container is being launched: the ResourceManager stores a new lifetime
    with the application's whole submission while another of its threads hands that to a node, and neither
    waits for the other (seen in 3.5.0). A container then has an empty command, and the start has failed.
    """

    def __init__(
        self, resource_manager: ResourceManager, watch: ApplicationWatch, shortest_seconds: float
    ) -> None:
        """`shortest_seconds` is the length for few kernels, and 0 for no leases at all."""
        self._resource_manager = resource_manager
        self._watch = watch
        self._shortest_seconds = shortest_seconds
        self._look: Look | None = None
        self._renewed_at: dict[str, float] = {}
        self._grants: set[asyncio.Task[None]] = set()
        watch.on_look.append(self._note)

    @property
    def seconds(self) -> float:
        """How long a lease granted now lasts: with more kernels a round of renewals takes longer."""
        return max(self._shortest_seconds, 3 * len(self._watch.living) / RENEWALS_PER_SECOND)

    def begin(self, application_id: str) -> None:
        """Grant the first lease to an application whose container runs; nobody waits for it."""
        task = asyncio.create_task(asyncio.to_thread(self.grant, application_id))
        self._grants.add(task)
        task.add_done_callback(self._grants.discard)

    def grant(self, application_id: str) -> None:
        """Give the application its time from now on, blocking; trouble is logged, the round repeats it."""
        if not self._shortest_seconds:
            return
        try:
            self._resource_manager.set_lifetime(application_id, self.seconds)
        except Unreachable:
            # Told by the watch, which asks all the time.
            return
        except YarnError as error:
            log.warning("lease_not_granted", application_id=application_id, reason=str(error))
        self._renewed_at[application_id] = time.monotonic()

    async def run(self) -> None:
        """Renew one lease after the other, the shortest first, until cancelled."""
        while True:
            if (application_id := self._due()) is not None:
                await self._watch.pace.turn()
                await asyncio.to_thread(self.grant, application_id)
            await asyncio.sleep(1 / RENEWALS_PER_SECOND)

    def _note(self, look: Look) -> None:
        self._look = look
        running = {application.id for application in look.active}
        self._renewed_at = {
            each: moment for each, moment in self._renewed_at.items() if each in running or moment > look.at
        }

    def _due(self) -> str | None:
        """Return the application of ours whose lease ends first, if it is time to renew it."""
        if self._look is None or not self._shortest_seconds:
            return None
        ours = set(self._watch.living)
        waiting = [
            (self._left(application), application.id)
            for application in self._look.active
            if application.id in ours
            and not self._is_fresh(application.id, self._look.at)
            and not _may_be_launched_now(application)
        ]
        left, application_id = min(waiting, default=(float("inf"), ""))
        return application_id if left < RENEWED_BELOW * self.seconds else None

    def _is_fresh(self, application_id: str, looked_at: float) -> bool:
        """Whether it was renewed after the look, which therefore does not tell of it."""
        return self._renewed_at.get(application_id, -1.0) >= looked_at

    def _left(self, application: Application) -> float:
        """Return the seconds of a lease; one without a lease comes first, unless YARN refused it lately."""
        if application.lifetime_left_seconds is not None:
            return application.lifetime_left_seconds
        tried = self._renewed_at.get(application.id)
        return 0.0 if tried is None else self.seconds - (time.monotonic() - tried)


def _may_be_launched_now(application: Application) -> bool:
    """Whether its first container may be on its way to a node at this moment."""
    return (
        application.state is not ApplicationState.RUNNING
        and application.elapsed_seconds < LAUNCHED_WITHIN_SECONDS
    )
