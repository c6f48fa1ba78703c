"""A Lab as a pod, which says why it did not start in Kubernetes' own words."""

import asyncio
import json
from collections.abc import Awaitable
from typing import Any
from urllib.parse import urlsplit

from kubernetes_asyncio.client.rest import ApiException
from kubespawner import KubeSpawner  # type: ignore[import-untyped]

# The Hub gives up at the start's time limit and throws away whatever is known: so this comes before.
_BEFORE_THE_HUB_SECONDS = 2
_CONNECT_SECONDS = 2
_PAUSE_SECONDS = 0.2


class LabNotStartedError(Exception):
    """A pod that did not come to run; the text is `Reason: message`, as Kubernetes gave both."""

    def __init__(self, why: str) -> None:
        self.jupyterhub_message = why
        super().__init__(why)


class KubernetesLab(KubeSpawner):  # type: ignore[misc]  # KubeSpawner carries no types
    """KubeSpawner, whose failures carry their reason."""

    def start(self) -> "asyncio.Future[Any]":
        """Start the pod; what fails raises LabNotStartedError."""
        return asyncio.ensure_future(self._explained(super().start()))

    async def _explained(self, start: Awaitable[Any]) -> Any:
        try:
            async with asyncio.timeout(max(1, self.start_timeout - _BEFORE_THE_HUB_SECONDS)):
                url = await start
                await self._listening(url)
                return url
        except ApiException as why:
            raise LabNotStartedError(refusal(why)) from why
        except TimeoutError as why:
            raise LabNotStartedError(
                why_not_running(self._pod(), self.events)
                or f"TimedOut: JupyterLab did not answer within {self.start_timeout} seconds"
            ) from why

    async def _listening(self, url: str) -> None:
        """Wait until it listens or ends: the Hub would notice an end only when its whole time has passed."""
        where = urlsplit(url)
        while True:
            if ended := _of_containers(self._pod()):
                raise LabNotStartedError(ended)
            try:
                opened = asyncio.open_connection(where.hostname, where.port)
                _, writer = await asyncio.wait_for(opened, _CONNECT_SECONDS)
            except OSError:
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                writer.close()
                return

    def _pod(self) -> dict[str, Any]:
        pods: dict[str, dict[str, Any]] = self.pod_reflector.pods if self.pod_reflector else {}
        return pods.get(f"{self.namespace}/{self.pod_name}", {})


def refusal(why: ApiException) -> str:
    """What Kubernetes answered when it was asked for a pod or a volume."""
    try:
        status = json.loads(why.body or "{}")
        return f"{status.get('reason') or why.reason}: {status.get('message') or why.status}"
    except (ValueError, AttributeError):
        return f"{why.reason}: Kubernetes answered {why.status}"


def why_not_running(pod: dict[str, Any], events: list[dict[str, Any]]) -> str:
    """What its containers wait for or ended by; else the last warning about it; else why it has no node."""
    return _of_containers(pod) or _last_warning(events) or _unscheduled(pod)


def _of_containers(pod: dict[str, Any]) -> str:
    status = pod.get("status") or {}
    for container in (status.get("initContainerStatuses") or []) + (status.get("containerStatuses") or []):
        state, last = container.get("state") or {}, container.get("lastState") or {}
        waiting = state.get("waiting") or {}
        if waiting and waiting.get("reason") not in ("ContainerCreating", "PodInitializing", None):
            ended = last.get("terminated") or {}
            return _words(ended if ended.get("reason") == "OOMKilled" else waiting)
        if state.get("terminated"):
            return _words(state["terminated"])
    return ""


def _last_warning(events: list[dict[str, Any]]) -> str:
    warnings = [event for event in events if event.get("type") == "Warning"]
    return _words(warnings[-1]) if warnings else ""


def _unscheduled(pod: dict[str, Any]) -> str:
    for condition in (pod.get("status") or {}).get("conditions") or []:
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            return _words(condition)
    return ""


def _words(said: dict[str, Any]) -> str:
    message = said.get("message") or (f"exit code {said['exitCode']}" if "exitCode" in said else "")
    return f"{said.get('reason') or 'Unknown'}: {message}"
