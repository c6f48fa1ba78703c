"""One word and one colour for each state, the same on every page."""

from dataclasses import dataclass

from kubeyard_client.messages.applications import Application, ApplicationState
from kubeyard_client.messages.kernels import KernelState


@dataclass(frozen=True)
class State:
    """How a state is shown; `tone` is good, wait, busy, bad or done, moving ones are on their way."""

    word: str
    tone: str
    is_moving: bool = False


APPLICATION_STATES = {
    ApplicationState.NEW: State("Submitting", "wait", is_moving=True),
    ApplicationState.NEW_SAVING: State("Submitting", "wait", is_moving=True),
    ApplicationState.SUBMITTED: State("Submitting", "wait", is_moving=True),
    ApplicationState.ACCEPTED: State("Waiting", "wait", is_moving=True),
    ApplicationState.RUNNING: State("Running", "good"),
    ApplicationState.FINISHED: State("Finished", "done"),
    ApplicationState.FAILED: State("Failed", "bad"),
    ApplicationState.KILLED: State("Killed", "done"),
    ApplicationState.UNKNOWN: State("Unknown", "done"),
}

# It runs, and yet nobody's work does.
SPARE = State("Warm spare", "done")

KERNEL_STATES = {
    KernelState.STARTING: State("Starting", "wait", is_moving=True),
    KernelState.IDLE: State("Idle", "good"),
    KernelState.BUSY: State("Busy", "busy", is_moving=True),
    KernelState.RECONNECTING: State("Reconnecting", "wait", is_moving=True),
    KernelState.RESTARTING: State("Restarting", "wait", is_moving=True),
    KernelState.STOPPING: State("Stopping…", "wait", is_moving=True),
    KernelState.DEAD: State("Dead", "bad"),
    KernelState.UNKNOWN: State("Unknown", "done"),
}

BUILD_STATES = {
    "queued": State("Queued", "wait", is_moving=True),
    "building": State("Building", "busy", is_moving=True),
    "ready": State("Ready", "good"),
    "running": State("Building", "busy", is_moving=True),
    "succeeded": State("Succeeded", "good"),
    "failed": State("Failed", "bad"),
    "cancelled": State("Cancelled", "done"),
    "deleting": State("Deleting…", "wait", is_moving=True),
}

NODE_STATES = {
    "RUNNING": State("Healthy", "good"),
    "NEW": State("Joining", "wait", is_moving=True),
    "UNHEALTHY": State("Unhealthy", "bad"),
    "LOST": State("Lost", "bad"),
    "REBOOTED": State("Restarted", "wait"),
    "DECOMMISSIONING": State("Draining", "wait", is_moving=True),
    "DECOMMISSIONED": State("Taken out", "done"),
    "SHUTDOWN": State("Shut down", "done"),
}


def application_state(application: Application) -> State:
    """Return how an application is doing, by the same rule that lists are filtered by."""
    if application.killing and not application.state.is_final:
        return State("Killing…", "wait", is_moving=True)
    if application.is_spare:
        return SPARE
    return APPLICATION_STATES[application.effective_state]


def kernel_state(state: KernelState) -> State:
    """Return how a kernel is doing."""
    return KERNEL_STATES[state]


STAGES = {
    "requested": "Asked for",
    "submitted": "Submitted to YARN",
    "claimed": "Spare taken",
    "container": "Container",
    "python": "Python",
    "ready": "Ready for cells",
    "spark": "Spark",
}


def stage(name: str) -> str:
    """Return how a stage of a kernel's start is called."""
    return STAGES.get(name, name.capitalize())


def build_state(state: str) -> State:
    """Return how an environment or one of its builds is doing."""
    return BUILD_STATES.get(str(state), State(str(state).capitalize(), "done"))


def node_state(state: str) -> State:
    """Return how a node is doing."""
    return NODE_STATES.get(state, State(state.replace("_", " ").capitalize(), "done"))
