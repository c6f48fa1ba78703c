"""A build that this worker runs: its process, its lease, and its end in every way."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from kubeyard_client.messages.environments import BuildError, BuildState

from kubeyard_api.builder.failure import FailureCode
from kubeyard_api.builder.log import BuildLog
from kubeyard_api.builder.recipe import log_path
from kubeyard_api.logs import logger
from kubeyard_api.settings import Settings
from kubeyard_api.storage.builds import Claim, find_build, finish, give_back, held, renew_lease
from kubeyard_api.storage.database import Database

log = logger(__name__)
END_SECONDS = 10
# Often enough that pressing Cancel is felt at once.
BEAT_SECONDS = 0.5


class RunningBuild:
    """One claimed build and its process group."""

    def __init__(self, settings: Settings, database: Database, claim: Claim) -> None:
        self.claim = claim
        self._settings = settings
        self._database = database
        self._deadline = time.monotonic() + settings.api_build_timeout_seconds
        self._next_beat = 0.0
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.job"], stdin=subprocess.PIPE, start_new_session=True
        )
        assert self._process.stdin is not None  # noqa: S101 - asked for as a pipe above
        line = json.dumps({"build_id": claim.build_id, "token": claim.token})
        self._process.stdin.write(f"{line}\n".encode())
        # The pipe stays open: its end tells the build that its worker is gone.
        self._process.stdin.flush()
        log.info("build started", build_id=claim.build_id, pid=self._process.pid)

    def has_ended(self) -> bool:
        """Look after it; True once it is over and settled."""
        code = self._process.poll()
        if code is not None:
            self._settle(code)
            return True
        if time.monotonic() < self._next_beat:
            return False
        self._next_beat = time.monotonic() + BEAT_SECONDS
        return self._beat()

    def give_back(self, why: str) -> None:
        """Stop it and let it be built again, by whichever worker comes next."""
        self._kill()
        self._say(why)
        with self._database.writing() as session:
            if row := held(session, self.claim):
                give_back(session, row)
        log.info("build given back", build_id=self.claim.build_id)

    def _beat(self) -> bool:
        with self._database.writing() as session:
            row = renew_lease(session, self.claim, self._settings.api_build_lease_seconds)
        if row is None:
            if not self._is_over():
                # The lease ran out and the build waits for, or has, another worker.
                self._kill()
            return False
        if row.cancel_requested_by:
            self._end(BuildState.CANCELLED, None, f"cancelled by {row.cancel_requested_by}")
            return True
        if time.monotonic() > self._deadline:
            limit = f"{self._settings.api_build_timeout_seconds:.0f} s"
            detail = f"The build did not end within {limit} and was stopped. Ask for fewer packages."
            self._end(BuildState.FAILED, BuildError(code=FailureCode.TIMED_OUT, detail=detail), detail)
            return True
        return False

    def _end(self, state: BuildState, error: BuildError | None, why: str) -> None:
        self._kill()
        self._say(why)
        with self._database.writing() as session:
            if row := held(session, self.claim):
                finish(session, row, state, error)
        log.info("build stopped", build_id=self.claim.build_id, state=state.value)

    def _settle(self, code: int) -> None:
        """A process that ended without ending its build has crashed."""
        self._kill()
        with self._database.writing() as session:
            if row := held(session, self.claim):
                detail = (
                    f"The build's process ended unexpectedly ({_ending(code)}). Build again; if it happens "
                )
                detail += "again, an administrator finds the reason in the worker's log."
                finish(session, row, BuildState.FAILED, BuildError(code=FailureCode.INTERNAL, detail=detail))
                self._say(detail)
        log.info("build ended", build_id=self.claim.build_id, exit_code=code)

    def _is_over(self) -> bool:
        """Whether the build has ended by itself, its process just about to."""
        with self._database.reading() as session:
            row = find_build(session, self.claim.build_id)
        return row is None or BuildState(row.state).is_final

    def _kill(self) -> None:
        """Take the whole process group away, tools and all."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(END_SECONDS)
        if self._process.stdin:
            self._process.stdin.close()

    def _say(self, text: str) -> None:
        path: Path = log_path(self._settings.api_builds_dir, self.claim.build_id)
        build_log = BuildLog(path, {})
        build_log.line(text)
        build_log.close()


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    name = signal.Signals(-code).name
    return f"{name}, perhaps for lack of memory" if name == "SIGKILL" else name
