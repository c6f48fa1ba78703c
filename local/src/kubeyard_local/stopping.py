"""`stop`: ends kernels, Labs, applications and services, then whatever is left, and says what it ended."""

import time
from collections import Counter
from collections.abc import Sequence

import psutil
import requests

from kubeyard_local import (
    accounts,
    child,
    class_archives,
    hadoop_services,
    process_table,
    processes,
    supervisor_config,
)
from kubeyard_local.ending_labs import end_labs
from kubeyard_local.layout import Layout
from kubeyard_local.problem import Problem
from kubeyard_local.progress import Progress
from kubeyard_local.settings import Settings
from kubeyard_local.supervision import Supervisor

ACTIVE_STATES = "NEW,NEW_SAVING,SUBMITTED,ACCEPTED,RUNNING"
APPLICATIONS_SECONDS = 20
KERNELS_SECONDS = 60
SHUTDOWN_SECONDS = 180
# What Java ends with after SIGTERM; one that had to be killed may have left half a class archive.
IN_PEACE = (0, 143)
TIMEOUT_SECONDS = 5
# The NodeManager hands the last containers' logs to HDFS while it stops.
LAST = ("namenode", "datanode", "resourcemanager", "historyserver", "httpfs")


def stop(settings: Settings, progress: Progress) -> None:
    """Return once no process of this platform is left."""
    layout = settings.layout
    supervisor = Supervisor(supervisor_config.socket_file(layout))
    if supervisor.is_alive():
        end_labs(settings, supervisor, progress)
        _end_kernels(settings, supervisor, progress)
        applications = end_applications(settings.url("RM"))
        if applications:
            progress.say(f"ended {applications} applications")
        _shut_down(layout, supervisor, progress)
    ended = processes.end(processes.find(layout))
    if ended:
        progress.say(f"ended also: {_named([one.name for one in ended])}")
    left = processes.find(layout)
    if left:
        raise Problem(f"These processes do not end: {', '.join(str(process.pid) for process in left)}.")
    progress.say("nothing of Kubeyard runs any more")


def _end_kernels(settings: Settings, supervisor: Supervisor, progress: Progress) -> None:
    """Kernels outlive the gateway's end, so ending them is a step of its own, once it serves no more."""
    owners = accounts.present()
    if owners is None or not settings.layout.python("gateway").exists():
        return
    _stop_together(supervisor, ("gateway",))
    [gateway] = [one for one in process_table.services(settings, owners) if one.name == "gateway"]
    try:
        child.run(
            "ending the kernels",
            accounts.under(gateway.account, (*child.DIES_WITH_US, *gateway.command, "end-kernels")),
            log=settings.layout.logs / "gateway-end-kernels.log",
            environment=gateway.environment,
            folder=settings.layout.home,
            timeout_seconds=KERNELS_SECONDS,
        )
    except Problem as problem:
        # Their containers end with the node, and the next gateway finds their records.
        progress.say(f"the kernels' records stay: {problem}")


def _named(names: Sequence[str]) -> str:
    return ", ".join(f"{count} x {name}" for name, count in sorted(Counter(names).items()))


def _shut_down(layout: Layout, supervisor: Supervisor, progress: Progress) -> None:
    process = psutil.Process(supervisor.pid())
    running = [name for name, state in supervisor.states().items() if state.is_active]
    for wave in ([name for name in running if name not in LAST], [name for name in running if name in LAST]):
        _stop_together(supervisor, wave)
    for name in hadoop_services.NAMES:
        if name in running and supervisor.state(name).exit_status in IN_PEACE:
            class_archives.adopt(layout, name)
    supervisor.shut_down()
    try:
        process.wait(SHUTDOWN_SECONDS)
    except psutil.TimeoutExpired as error:
        raise Problem(f"The supervisor ({process.pid}) has not ended after {SHUTDOWN_SECONDS} s.") from error
    progress.say(f"stopped {', '.join(running)}")


def _stop_together(supervisor: Supervisor, names: Sequence[str]) -> None:
    """Told to shut down, the supervisor would stop one service after the other."""
    for name in names:
        supervisor.stop(name)
    deadline = time.monotonic() + SHUTDOWN_SECONDS
    while any(_is_stopping(supervisor, name) for name in names):
        if time.monotonic() > deadline:
            raise Problem(f"{', '.join(names)} have not stopped after {SHUTDOWN_SECONDS} s.")
        time.sleep(0.1)


def _is_stopping(supervisor: Supervisor, name: str) -> bool:
    state = supervisor.state(name)
    return state.is_active or state.state == "STOPPING"


def end_applications(resource_manager: str) -> int:
    """Kill every application that has not ended, and wait until each has; the number of them."""
    first = _active(resource_manager)
    for application in first:
        _kill(resource_manager, application)
    deadline = time.monotonic() + APPLICATIONS_SECONDS
    while first and _active(resource_manager) and time.monotonic() < deadline:
        time.sleep(0.2)
    return len(first)


def _active(resource_manager: str) -> list[str]:
    query = {"states": ACTIVE_STATES, "user.name": "kubeyard", "deSelects": "resourceRequests"}
    try:
        response = requests.get(
            f"{resource_manager}/ws/v1/cluster/apps", params=query, timeout=TIMEOUT_SECONDS
        )
        response.raise_for_status()
        found = (response.json().get("apps") or {}).get("app") or []
    except (requests.RequestException, ValueError):  # a ResourceManager that is down runs nothing
        return []
    return [str(application["id"]) for application in found]


def _kill(resource_manager: str, application: str) -> None:
    address = f"{resource_manager}/ws/v1/cluster/apps/{application}/state"
    reason = {"state": "KILLED", "diagnostics": "Kubeyard was stopped"}
    try:
        requests.put(address, params={"user.name": "kubeyard"}, json=reason, timeout=TIMEOUT_SECONDS)
    except requests.RequestException:  # stopping its NodeManager ends it as well
        return


def stop_service(settings: Settings, name: str, progress: Progress) -> None:
    """Stop one service; the caller starts it again."""
    supervisor = Supervisor(supervisor_config.socket_file(settings.layout))
    if not supervisor.is_alive():
        raise Problem("Kubeyard is not running. Start it: bash deployment_local.sh")
    _stop_together(supervisor, (name,))
    progress.say(f"stopped {name}")
