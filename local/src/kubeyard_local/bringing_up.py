"""Starts services in the order of their readiness: each as soon as those that it depends on can be used."""

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from kubeyard_local import accounts, child
from kubeyard_local.layout import Layout
from kubeyard_local.problem import Problem
from kubeyard_local.progress import Progress
from kubeyard_local.service import Service
from kubeyard_local.supervision import Supervisor

READY_SECONDS = 300
POLL_SECONDS = 0.15
# A service that has died this often before it was ready is given up: by this command, not by the supervisor.
LIVES = 3


class BringingUp:
    """One attempt to bring services up; each has a thread, all of them share the first failure."""

    def __init__(self, layout: Layout, supervisor: Supervisor, progress: Progress) -> None:
        self._layout = layout
        self._supervisor = supervisor
        self._progress = progress
        self._failed = threading.Event()

    def start(self, services: Sequence[Service]) -> None:
        """Return once all are ready; raises Problem for every one that failed by itself."""
        ready = {service.name: threading.Event() for service in services}
        with ThreadPoolExecutor(len(services)) as pool:
            running = [pool.submit(self._one, service, ready) for service in services]
        reasons = [str(error) for one in running if (error := one.exception()) is not None and str(error)]
        unexpected = [
            error for one in running if (error := one.exception()) and not isinstance(error, Problem)
        ]
        if unexpected:
            raise unexpected[0]
        if reasons:
            raise Problem(*reasons)

    def _one(self, service: Service, ready: Mapping[str, threading.Event]) -> None:
        try:
            for name in service.depends_on:
                self._await_dependency(ready.get(name))
            self._prepare(service)
            self._supervisor.start(service.name)
            self._await_ready(service)
            if service.then is not None:
                service.then()
        except BaseException:
            self._failed.set()
            raise
        self._progress.say(f"{service.name} is ready")
        ready[service.name].set()

    def _await_dependency(self, event: threading.Event | None) -> None:
        while event is not None and not event.wait(POLL_SECONDS):
            if self._failed.is_set():
                raise Problem()

    def _prepare(self, service: Service) -> None:
        if self._supervisor.state(service.name).is_active:
            return
        for preparation in service.preparations:
            child.run(
                preparation.what,
                accounts.under(service.account, (*child.DIES_WITH_US, *preparation.command)),
                log=self._layout.logs / f"{service.name}-preparation.log",
                environment=service.environment,
                folder=self._layout.home,
                timeout_seconds=READY_SECONDS,
            )

    def _await_ready(self, service: Service) -> None:
        began = time.monotonic()
        lives: set[int] = set()
        while (reason := self._not_ready(service, lives)) is not None:
            if len(lives) >= LIVES:
                raise Problem(self._failure(service, "ends again and again"))
            if time.monotonic() - began > READY_SECONDS:
                raise Problem(self._failure(service, f"is not ready after {READY_SECONDS} s: {reason}"))
            if self._failed.is_set():
                raise Problem()
            time.sleep(POLL_SECONDS)

    def _not_ready(self, service: Service, lives: set[int]) -> str | None:
        """Why the service cannot be used yet; each process that it has had is noted in `lives`.

        The supervisor is asked first: a probe alone may have met a process that has just died.
        """
        state = self._supervisor.state(service.name)
        if state.pid:
            lives.add(state.pid)
        if not state.is_running:
            return f"{state.state.lower()}: {state.message}"
        return service.ready()

    def _failure(self, service: Service, what: str) -> str:
        log = self._layout.logs / f"{service.name}.log"
        return f"{service.name} {what}. Its log, {log}, ends with:\n{child.tail(log)}"
