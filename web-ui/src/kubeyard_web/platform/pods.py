"""A pod in plain words: what it is, whether it works, and what is the matter with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubeyard_web.cluster_words import Words, in_words
from kubeyard_web.presentation.states import State

LAB = "lab"
_COMING = ("ContainerCreating", "PodInitializing")
COMPONENT = "app.kubernetes.io/component"


@dataclass(frozen=True)
class Pod:
    """What the page shows of one."""

    name: str
    component: str
    state: State
    node: str
    image: str
    restarts: int
    since: datetime | None
    words: Words | None = None
    raw: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether nothing has to be done about it."""
        return self.state.tone in ("good", "done") and self.words is None


def pods_in_words(pods: Iterable[dict[str, Any]], warnings: Iterable[dict[str, Any]]) -> list[Pod]:
    """All of them, those in trouble first, then by name."""
    last = _last_warnings(warnings)
    found = [_pod(each, last.get(each["metadata"].get("uid", ""))) for each in pods]
    return sorted(found, key=lambda pod: (pod.is_fine, pod.component, pod.name))


def _pod(pod: dict[str, Any], warning: dict[str, Any] | None) -> Pod:
    metadata, spec, status = pod["metadata"], pod.get("spec") or {}, pod.get("status") or {}
    containers = status.get("containerStatuses") or []
    state = _state(pod, containers)
    reason, message = _trouble(status, containers)
    if not reason and state.tone != "good" and state.tone != "done" and warning:
        reason, message = str(warning.get("reason") or ""), str(warning.get("message") or "")
    return Pod(
        name=metadata["name"],
        component=(metadata.get("labels") or {}).get(COMPONENT, ""),
        state=state,
        node=spec.get("nodeName") or "",
        image=", ".join(each.get("image", "") for each in spec.get("containers") or []),
        restarts=sum(each.get("restartCount", 0) for each in containers),
        since=_moment(status.get("startTime") or metadata.get("creationTimestamp")),
        words=in_words(reason, message) if reason else None,
        raw=f"{reason}: {message}" if reason else "",
    )


def _state(pod: dict[str, Any], containers: list[dict[str, Any]]) -> State:
    if pod["metadata"].get("deletionTimestamp"):
        return State("Stopping…", "wait", is_moving=True)
    match (pod.get("status") or {}).get("phase"):
        case "Succeeded":
            return State("Done", "done")
        case "Failed":
            return State("Failed", "bad")
        case "Running" if containers and all(each.get("ready") for each in containers):
            return State("Ready", "good")
        case "Running":
            return State("Not ready", "bad")
        case "Pending":
            return State("Waiting", "wait", is_moving=True)
    return State("Not known", "bad")


def _trouble(status: dict[str, Any], containers: list[dict[str, Any]]) -> tuple[str, str]:
    """What it waits for or ended by, if that is a trouble."""
    for each in (status.get("initContainerStatuses") or []) + containers:
        waiting = (each.get("state") or {}).get("waiting") or {}
        ended = (each.get("lastState") or {}).get("terminated") or {}
        if waiting.get("reason") and waiting["reason"] not in _COMING:
            told = ended if ended.get("reason") == "OOMKilled" else waiting
            return str(told["reason"]), str(told.get("message") or "")
        if not each.get("ready") and ended.get("reason") == "OOMKilled":
            return "OOMKilled", ""
    if status.get("phase") == "Failed":
        return str(status.get("reason") or "Error"), str(status.get("message") or "")
    for condition in status.get("conditions") or []:
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            return str(condition.get("reason") or ""), str(condition.get("message") or "")
    return "", ""


def _last_warnings(warnings: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The newest for each thing by its id, since a name may have been another's before."""
    newest: dict[str, dict[str, Any]] = {}
    for event in sorted(warnings, key=_when):
        newest[str((event.get("involvedObject") or {}).get("uid", ""))] = event
    return newest


def _when(event: dict[str, Any]) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or "")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
