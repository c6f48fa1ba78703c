"""One build, in a process of its own.

    python -m kubeyard_api.builder.job

What to build comes as one line of JSON on standard input, which then stays open: when the worker dies,
however it dies, this end of the pipe closes, and this process takes itself and its tools away.
"""

import errno
import json
import os
import resource
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from kubeyard_client.messages.environments import (
    BuildError,
    BuildState,
    BuildStep,
    BuildStepName,
    StepState,
)
from sqlalchemy.orm import Session

from kubeyard_api.builder.assemble import Assembly, Solution
from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.log import BuildLog
from kubeyard_api.builder.process import disk_full
from kubeyard_api.builder.publish import ArchiveStore, Published
from kubeyard_api.builder.recipe import Recipe, Workshop, build_folder, log_path
from kubeyard_api.builder.register import register, remember_archive
from kubeyard_api.logs import configure_logs, logger
from kubeyard_api.settings import Settings
from kubeyard_api.storage.archives import pin_known_archive, reserve_digest
from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.builds import Claim, finish, fresh_steps, held, record_steps
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.environments_tables import ArchiveRow, BuildRow, EnvironmentRow

log = logger(__name__)
LARGEST_FILE_BYTES = 16 << 30
RESERVE_SECONDS = 90


class ClaimLost(Exception):  # noqa: N818 - it names what happened
    """Another worker has this build now, or it was ended: nothing more may be written."""


class Job:
    """The steps of one build, shown as they happen."""

    def __init__(self, settings: Settings, database: Database, claim: Claim) -> None:
        self._settings = settings
        self._database = database
        self._claim = claim
        self._steps = fresh_steps()
        self._workshop = workshop_of(settings)
        self._work = build_folder(self._workshop, claim.build_id)
        hidden = {str(self._work): "<build>", str(settings.api_builds_dir): "<builds>"}
        self._log = BuildLog(log_path(settings.api_builds_dir, claim.build_id), hidden)
        self._store = ArchiveStore.of(settings, self._log.line)

    def run(self) -> None:
        """Build, and leave nothing but the archive, the kernel and the log."""
        shutil.rmtree(self._work, ignore_errors=True)
        self._work.mkdir(parents=True, mode=0o700)
        try:
            self._build()
        except BuildFailure as failure:
            self._fail(failure)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self._fail(disk_full())
        finally:
            shutil.rmtree(self._work, ignore_errors=True)
            self._log.close()

    def _build(self) -> None:
        recipe, spark, name = self._recipe()
        self._log.line(f"building {name} for Spark {spark}")
        assembly = Assembly(recipe, replace(self._workshop, spark=spark), self._work, self._log)
        with self._step(BuildStepName.VALIDATE):
            assembly.validate()
        with self._step(BuildStepName.SOLVE):
            solution = assembly.solve()
        known = self._known(solution)
        if known is None:
            known = self._make(assembly, solution)
        else:
            self._skip_to_register()
        if self._register(known):
            self._log.line(f"ready: {name} has a kernel")

    def _make(self, assembly: Assembly, solution: Solution) -> str:
        with self._step(BuildStepName.INSTALL):
            assembly.install(solution)
        with self._step(BuildStepName.SMOKE_TEST):
            assembly.smoke_test()
        with self._step(BuildStepName.PACK):
            archive = assembly.pack()
        with self._step(BuildStepName.PUBLISH):
            self._reserve(archive.sha256)
            published = self._store.publish(archive, self._claim.build_id)
            self._log.line(f"{published.size_bytes:,} bytes at {published.path}")
            self._remember(archive.sha256, solution, published, archive.files)
        return archive.sha256

    def _known(self, solution: Solution) -> str | None:
        """An archive of exactly these packages that is still there."""
        with self._database.writing() as session:
            build = self._mine(session)
            row = pin_known_archive(session, build, solution.identity)
        if row is None:
            return None
        found = self._store.find(row.path)
        if found is None or (found.size_bytes, found.timestamp_ms) != (row.size_bytes, row.timestamp_ms):
            self._log.line("an archive of these packages was known, but it is no longer in HDFS")
            return None
        self._log.line(f"these exact packages are built already: {row.path}")
        return row.sha256

    def _reserve(self, sha256: str) -> None:
        """Keep others from removing what is about to be published, after waiting for who removes it now."""
        deadline = time.monotonic() + RESERVE_SECONDS
        while True:
            with self._database.writing() as session:
                build = self._mine(session)
                if reserve_digest(session, build, sha256):
                    return
            if time.monotonic() > deadline:
                raise BuildFailure(
                    FailureCode.HDFS_REFUSED,
                    "An old copy of this archive is still being removed from HDFS. Build again in a minute.",
                )
            time.sleep(1)

    def _remember(self, sha256: str, solution: Solution, published: Published, files: int) -> None:
        with self._database.writing() as session:
            self._mine(session)
            remember_archive(session, sha256, solution.identity, published, files)

    def _register(self, sha256: str) -> bool:
        self._log.step, begin = BuildStepName.REGISTER.value, utc_now()
        self._show(BuildStepName.REGISTER, StepState.RUNNING, started_at=begin)
        done = {"state": StepState.DONE, "started_at": begin, "finished_at": utc_now()}
        # Shown as done by the transaction that ends the build: afterwards nothing may be written.
        self._replace(BuildStep.model_validate({"name": BuildStepName.REGISTER, **done}))
        with self._database.writing() as session:
            build = self._mine(session)
            archive = session.get_one(ArchiveRow, sha256)
            return register(session, build, archive, self._steps, self._settings.kernelspecs_dir)

    def _mine(self, session: Session) -> BuildRow:
        build = held(session, self._claim)
        if build is None:
            raise ClaimLost
        return build

    def _recipe(self) -> tuple[Recipe, str, str]:
        """The packages, the Spark that they must work with, and whose they are."""
        with self._database.reading() as session:
            build = self._mine(session)
            row = session.get_one(EnvironmentRow, build.environment_id)
        recipe = Recipe(row.python, tuple(json.loads(row.conda)), tuple(json.loads(row.pip)))
        return recipe, row.spark or self._workshop.spark, row.full_name

    @contextmanager
    def _step(self, name: BuildStepName) -> Iterator[None]:
        self._log.step = name.value
        begin = utc_now()
        self._show(name, StepState.RUNNING, started_at=begin)
        yield
        now = utc_now()
        self._show(name, StepState.DONE, started_at=begin, finished_at=now)
        self._log.line(f"done in {(now - begin).total_seconds():.2f} s")
        self._log.step = ""

    def _skip_to_register(self) -> None:
        skipped = (BuildStepName.INSTALL, BuildStepName.SMOKE_TEST, BuildStepName.PACK, BuildStepName.PUBLISH)
        for name in skipped:
            self._replace(BuildStep(name=name, state=StepState.SKIPPED))

    def _show(self, name: BuildStepName, state: StepState, **times: object) -> None:
        self._replace(BuildStep.model_validate({"name": name, "state": state, **times}))
        with self._database.writing() as session:
            if not record_steps(session, self._claim, self._steps):
                raise ClaimLost

    def _replace(self, step: BuildStep) -> None:
        self._steps = [step if known.name is step.name else known for known in self._steps]

    def _fail(self, failure: BuildFailure) -> None:
        reason = self._log.clean(failure.reason)
        self._log.line(f"FAILED ({failure.code}): {reason}")
        with self._database.writing() as session:
            if row := held(session, self._claim):
                finish(session, row, BuildState.FAILED, BuildError(code=failure.code, detail=reason))


def workshop_of(settings: Settings) -> Workshop:
    """The place and means that the settings name."""
    return Workshop(
        folder=settings.api_builds_dir,
        base_python=settings.base_python,
        channels=settings.conda_channels,
        spark=settings.api_spark_version,
    )


def _die_with_the_worker() -> None:
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


def main() -> int:
    """Do what standard input says."""
    claim = Claim(**json.loads(sys.stdin.buffer.readline()))
    threading.Thread(target=_die_with_the_worker, name="lifeline", daemon=True).start()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE_BYTES, LARGEST_FILE_BYTES))
    settings = Settings.from_environment()
    configure_logs(settings.log_level)
    database = Database(settings.api_database_url)
    try:
        Job(settings, database, claim).run()
    except ClaimLost:
        log.warning("build was taken away", build_id=claim.build_id)
        return 3
    except Exception:
        log.exception("build crashed", build_id=claim.build_id)
        return 1
    finally:
        database.close()
    return 0


if __name__ == "__main__":
    sys.stdout.flush()
    os._exit(main())
