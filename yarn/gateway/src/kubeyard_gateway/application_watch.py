"""One look at YARN for all kernels: what their applications are doing, from memory."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import structlog
from kubeyard_yarn.applications import ACTIVE_STATES, FINAL_STATES, Application, ApplicationState
from kubeyard_yarn.errors import NotFound, YarnError
from kubeyard_yarn.resource_manager import ResourceManager

from kubeyard_gateway.pace import Pace
from kubeyard_gateway.second_attempts import SecondAttempts

log = structlog.get_logger("kubeyard_gateway")
INTERVAL_SECONDS = 2.0
# While somebody waits for a start or an end.
ATTENTIVE_SECONDS = 0.5
# All that wait for an application's end share these questions between the looks.
QUESTIONS_PER_SECOND = 20
# More at once are found by one list of all that have ended.
MOST_ASKED_ONE_BY_ONE = 5
LONGEST_SUMMARY = 600
NOT_ASKED_YET = "the ResourceManager has not answered yet"


@dataclass(frozen=True)
class Ending:
    """How an application ended, in YARN's words."""

    state: str
    diagnostics: str
    final_status: str = ""

    @property
    def summary(self) -> str:
        """The lines that tell a person why; YARN's diagnostics hold whole logs."""
        lines = [line.strip() for line in self.diagnostics.splitlines() if line.strip()]
        if not lines:
            return "YARN gives no reason"
        told = [line for line in lines[1:] if "Diagnostics: " in line or line.startswith("Caused by:")]
        return " ".join(dict.fromkeys([lines[0], *told[-2:]]))[:LONGEST_SUMMARY]


@dataclass(frozen=True)
class Look:
    """What YARN ran at one moment, of all gateways."""

    # Of the monotonic clock, before the ResourceManager was asked.
    at: float
    active: tuple[Application, ...]
    # Those that this gateway neither follows nor was about to submit.
    unknown: tuple[Application, ...]


class ApplicationWatch:
    """Asks the ResourceManager once an interval, however many kernels there are.

    Only an ending that YARN states counts: while the ResourceManager does not answer, all live on.
    """

    def __init__(self, resource_manager: ResourceManager, interval_seconds: float = INTERVAL_SECONDS) -> None:
        """Asks nothing before it runs."""
        self._resource_manager = resource_manager
        self._interval_seconds = interval_seconds
        # Of all that ask YARN again and again: a long wait must not be a load on it.
        self.pace = Pace()
        self._expected: set[str] = set()
        self._followed: set[str] = set()
        self._endings: dict[str, Ending] = {}
        self._second_attempts = SecondAttempts(resource_manager)
        self._waiting = 0
        self._hurry = asyncio.Event()
        self._next_question = 0.0
        # Each is given every look, on the event loop; none may block.
        self.on_look: list[Callable[[Look], None]] = []
        # Why the last look saw nothing; empty when it did.
        self.trouble = NOT_ASKED_YET

    @contextlib.contextmanager
    def expecting(self, application_id: str) -> Iterator[None]:
        """Submit the application within the block: a look in between must not take it for an orphan.

        One whose submission failed may have arrived all the same, so it is not expected any more.
        """
        self._expected.add(application_id)
        try:
            yield
        except BaseException:
            self._expected.discard(application_id)
            raise

    def follow(self, application_id: str) -> None:
        """Keep an eye on the application from now on."""
        self._followed.add(application_id)
        self._expected.discard(application_id)

    def runs_in(self, application_id: str, container_id: str) -> None:
        """The application's kernel is in this container, and ends with it."""
        self._second_attempts.remember(application_id, container_id)

    def forget(self, application_id: str) -> None:
        """Nobody asks for the application any more."""
        self._second_attempts.forget(application_id)
        self._expected.discard(application_id)
        self._followed.discard(application_id)
        self._endings.pop(application_id, None)

    def ending(self, application_id: str) -> Ending | None:
        """Return how the application ended; None while it lives, or while nobody can tell."""
        return self._endings.get(application_id)

    @property
    def living(self) -> list[str]:
        """The followed applications that are not known to have ended."""
        return sorted(self._followed - self._endings.keys())

    @contextlib.contextmanager
    def attention(self) -> Iterator[None]:
        """Look more often while the block lasts: somebody waits for the news."""
        self._waiting += 1
        self._hurry.set()
        try:
            yield
        finally:
            self._waiting -= 1

    async def turn(self) -> None:
        """Wait until one more question may go to the ResourceManager, shared by all who wait for an end."""
        now = time.monotonic()
        self._next_question = max(self._next_question + 1 / QUESTIONS_PER_SECOND, now)
        await asyncio.sleep(self._next_question - now)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.pace.turn()
            await self._look()
            if self._waiting:
                await asyncio.sleep(ATTENTIVE_SECONDS)
                continue
            self._hurry.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), self._interval_seconds)

    async def _look(self) -> None:
        at, known = time.monotonic(), self._followed | self._expected
        try:
            active = await asyncio.to_thread(self._active)
            running = {application.id for application in active}
            followed = sorted(known & self._followed)
            gone = [each for each in followed if each not in running and each not in self._endings]
            self.pace.spent(min(len(gone), MOST_ASKED_ONE_BY_ONE))
            found = await asyncio.to_thread(self._ended, gone)
            living = [each for each in active if each.id in followed and each.id not in self._endings]
            suspects = self._second_attempts.suspects(living)[:MOST_ASKED_ONE_BY_ONE]
            self.pace.spent(2 * len(suspects))
            anew = await asyncio.to_thread(self._second_attempts.end, suspects)
        except YarnError as error:
            if self.trouble in ("", NOT_ASKED_YET):
                log.warning("applications_unknown", reason=str(error))
            self.trouble = str(error)
            return
        self.trouble = ""
        found |= {key: Ending(ApplicationState.FAILED, words, "FAILED") for key, words in anew.items()}
        # One that was forgotten meanwhile stays forgotten.
        self._endings |= {key: value for key, value in found.items() if key in self._followed}
        ours = known | self._followed | self._expected
        unknown = tuple(application for application in active if application.id not in ours)
        for listener in self.on_look:
            listener(Look(at, active, unknown))

    def _active(self) -> tuple[Application, ...]:
        return tuple(self._resource_manager.applications(ACTIVE_STATES, tags=["kubeyard"]))

    def _ended(self, application_ids: Iterable[str]) -> dict[str, Ending]:
        """Return how those of the applications ended that have; blocking."""
        gone = set(application_ids)
        if len(gone) <= MOST_ASKED_ONE_BY_ONE:
            asked = {each: self.ask(each) for each in gone}
            return {each: ending for each, ending in asked.items() if ending is not None}
        ended = self._resource_manager.applications(FINAL_STATES, tags=["kubeyard"])
        found = {each.id: _ending_of(each) for each in ended if each.id in gone}
        # The rest began to end between the two lists, which the next look tells, or YARN has forgotten it.
        for each in sorted(gone - found.keys())[:MOST_ASKED_ONE_BY_ONE]:
            ending = self.ask(each)
            if ending is not None:
                found[each] = ending
        return found

    def ask(self, application_id: str) -> Ending | None:
        """Ask YARN now, blocking; None while the application lives."""
        try:
            application = self._resource_manager.application(application_id)
        except NotFound:
            return Ending(ApplicationState.UNKNOWN, "the ResourceManager no longer knows the application")
        if not application.state.is_final:
            return None
        return _ending_of(application)


def _ending_of(application: Application) -> Ending:
    return Ending(application.state, application.diagnostics, application.final_status)
