"""What the platform asks the ResourceManager in the life of its applications."""

from datetime import UTC, datetime
from pathlib import Path

from kubeyard_yarn.applications import ACTIVE_STATES, FINAL_STATES
from kubeyard_yarn.applications import ApplicationState as State
from kubeyard_yarn.submission import LocalResource

from harness.recording.stage import (
    FAILS,
    HAS_NO_QUEUE,
    OWNER,
    RUNS,
    STRANGER,
    WAITS,
    Stage,
    application_id,
    container_id,
    submission,
)

NEVER = "application_1_0001"
REASON = "stopped by admin: lunch"
QUEUE = "interactive"
FAILING = submission("Failing", "echo broken >&2; exit 3", 256, QUEUE, {})
# What the running one holds: its master and one more container.
MASTER_MB, WORKER_MB = 1024, 256
# The whole node: it does not fit beside the first one, nor into what masters may take together.
TOO_MUCH_MB = 4096


def before_anything(stage: Stage) -> None:
    """Ask a cluster on which nothing ran yet."""
    stage.act("info", stage.manager().info)
    stage.act("no_applications", stage.manager().applications)


def start(stage: Stage, master: str, grow: Path, note: LocalResource) -> None:
    """Submit one that runs, one that fails, one that waits and one whose queue does not exist.

    The master asks for one more container once the file `grow` appears.
    """
    write_logs = "seq 1 500 > <LOG_DIR>/numbers; : > <LOG_DIR>/empty; cat note.txt"
    runs = f"{write_logs}; {master} {WORKER_MB}"
    stage.submit("submit_one_that_runs", submission("Penguins", runs, MASTER_MB, QUEUE, {"note.txt": note}))
    stage.wait_for_state(RUNS, State.RUNNING)
    look_at_containers(stage, "of_the_master_alone", RUNS)
    grow.touch()
    stage.wait_for_log(container_id(RUNS, stage.started_ms, which=2), "stdout")
    stage.submit("submit_one_that_fails", FAILING)
    stage.wait_for_state(FAILS, State.FAILED)
    stage.submit("submit_one_that_waits", submission("Waiting", "sleep 60", TOO_MUCH_MB, QUEUE, {}))
    stage.wait_for_state(WAITS, State.ACCEPTED)
    stage.submit("submit_to_no_queue", submission("Lost", "sleep 60", 256, "nowhere", {}))
    stage.wait_for_state(HAS_NO_QUEUE, State.FAILED)
    nonsense = {"application-id": "nonsense"}
    stage.act("submit_nonsense", lambda: stage.manager(OWNER).submit(nonsense))


def while_they_are_there(stage: Stage) -> None:
    """Look at each of them, at lists of them, and at the cluster that holds them."""
    manager = stage.manager()
    named = {"running": RUNS, "failed": FAILS, "waiting": WAITS, "without_a_queue": HAS_NO_QUEUE}
    for name, number in named.items():
        look(stage, f"application_{name}", number)
    stage.act("active_applications", lambda: manager.applications(ACTIVE_STATES))
    stage.act(
        "active_applications_of_kernels", lambda: manager.applications(ACTIVE_STATES, tags=["kubeyard"])
    )
    since = datetime.fromtimestamp(stage.started_ms / 1000, UTC)
    stage.act("ended_applications", lambda: manager.applications(FINAL_STATES, finished_since=since))
    stage.act("applications_seen_by_a_stranger", stage.manager(STRANGER).applications)
    stage.act("metrics", manager.metrics)
    stage.act("queues", manager.queues)
    stage.act("nodes", manager.nodes)
    look_at_containers(stage, "of_the_running", RUNS)
    look_at_containers(stage, "of_the_failed", FAILS)


def end(stage: Stage, sign: Path) -> None:
    """Kill what may be killed, let the running one end well, and look at both afterwards."""
    waiting = application_id(WAITS, stage.started_ms)
    running = application_id(RUNS, stage.started_ms)
    stage.act("kill_by_a_stranger", lambda: stage.manager(STRANGER).kill(running))
    stage.act("kill", lambda: stage.manager().kill(waiting, REASON))
    stage.wait_for_state(WAITS, State.KILLED)
    stage.act("kill_again", lambda: stage.manager().kill(waiting))
    stage.act("kill_what_never_was", lambda: stage.manager().kill(NEVER))
    look(stage, "application_killed", WAITS)
    sign.touch()
    stage.wait_for_state(RUNS, State.FINISHED)
    # YARN may count its container a moment longer.
    look(stage, "application_just_finished", RUNS)
    stage.act("application_that_never_was", lambda: stage.manager().application(NEVER))
    stage.act("application_of_a_bad_id", lambda: stage.manager().application("nonsense"))


def look(stage: Stage, name: str, number: int) -> None:
    stage.act(name, lambda: stage.manager().application(application_id(number, stage.started_ms)))


def look_at_containers(stage: Stage, name: str, number: int) -> None:
    wanted = application_id(number, stage.started_ms)
    stage.act(f"attempts_{name}", lambda: stage.manager().attempts(wanted))
    stage.act(f"containers_{name}", lambda: stage.manager().containers(wanted))
