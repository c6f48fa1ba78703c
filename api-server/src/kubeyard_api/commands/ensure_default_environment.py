"""Makes the public environment that everybody starts with; nothing happens when it is there."""

import sys
import time

from kubeyard_client.messages.environments import (
    Build,
    BuildState,
    BuildWorker,
    EnvironmentVisibility,
    NewEnvironment,
)

from kubeyard_api.commands.patience import Patience
from kubeyard_api.logs import configure_logs
from kubeyard_api.parts import Parts, open_parts
from kubeyard_api.services.builds import show_build
from kubeyard_api.services.environments import add_and_queue
from kubeyard_api.settings import Settings
from kubeyard_api.storage.builds import active_build
from kubeyard_api.storage.environments import find_environment

NAME = "spark"
# Nothing beyond the kernel itself and Spark, which comes with every kernel: it is the first thing that each
# node unpacks, file by file, and the Welcome notebook needs no more.
PACKAGES: tuple[str, ...] = ()
LOOK_SECONDS = 0.3
LONGEST_WAIT_SECONDS = 1800


def run() -> int:
    """Queue it if it is absent, wait for its build and say how it goes."""
    settings = Settings.from_environment()
    # Its own lines are for people; what happens is told by them alone.
    configure_logs("WARNING")
    parts = open_parts(settings)
    try:
        return _ensure(parts)
    finally:
        parts.close()


def _ensure(parts: Parts) -> int:
    owner = parts.settings.service_user
    build_id = _build_under_way(parts, owner)
    if build_id == "":
        _say(f"{owner}/{NAME} is there")
        return 0
    return _wait(parts, build_id or _queue(parts, owner), f"{owner}/{NAME}")


def _build_under_way(parts: Parts, owner: str) -> str | None:
    """Empty when the environment is ready, None when it must be queued, else the build to wait for."""
    with parts.database.reading() as session:
        row = find_environment(session, owner, NAME)
        if row and row.archive_sha256:
            return ""
        build = active_build(session, row.id) if row else None
        return build.id if build else None


def _queue(parts: Parts, owner: str) -> str:
    python = "3.11"
    queue = parts.settings.api_default_queue
    wanted = NewEnvironment(
        name=NAME, visibility=EnvironmentVisibility.PUBLIC, python=python, pip=PACKAGES, queue=queue
    )
    display_name = f"Spark {parts.settings.api_spark_version} · Python {python}"
    return add_and_queue(parts, owner, wanted, display_name)


def _wait(parts: Parts, build_id: str, name: str) -> int:
    _say(f"{name}: building")
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    patience = Patience(parts.settings.worker_patience_seconds)
    shown = ""
    while time.monotonic() < deadline:
        build = show_build(parts, build_id)
        if (line := _progress(build)) != shown:
            shown = line
            _say(f"{name}: {line}")
        if build.state is BuildState.SUCCEEDED:
            return 0
        if build.state.is_final:
            return _refuse(name, _why_it_ended(build))
        if patience.is_over(build.worker):
            return _refuse(name, _why_nobody_builds(build.worker))
        time.sleep(LOOK_SECONDS)
    return _refuse(name, f"not built within {LONGEST_WAIT_SECONDS} s; the worker's log tells how far it is.")


def _progress(build: Build) -> str:
    if not build.state.is_final and not build.worker.healthy:
        return "waiting for the worker, which does not answer"
    if build.queue_position:
        return f"waiting for the worker, number {build.queue_position} in the queue"
    return build.step.value if build.step and not build.state.is_final else build.state.value


def _why_it_ended(build: Build) -> str:
    return build.error.detail if build.error else f"it was cancelled by {build.cancel_requested_by}"


def _why_nobody_builds(worker: BuildWorker) -> str:
    since = f"since {worker.silent_since:%Y-%m-%d %H:%M:%S} UTC" if worker.silent_since else "so far"
    return (
        f"the build worker has not answered {since}, so nobody builds it. Start "
        "`python -m kubeyard_api worker` and read in its log why it stopped; the build then starts by itself."
    )


def _refuse(name: str, reason: str) -> int:
    sys.stderr.write(f"{name}: {reason}\n")
    return 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
