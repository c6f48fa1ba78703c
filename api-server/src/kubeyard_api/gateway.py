"""Speaks to the gateway about kernels, always with the token of the user who asks."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from kubeyard_client.messages.errors import ErrorCode
from kubeyard_client.messages.kernels import EndedKernel, KernelStart, KernelState
from kubeyard_client.messages.reasons import Reason

from kubeyard_api.environment_names import environment_of
from kubeyard_api.errors import PublicError, not_found

NOT_FOUND = 404
FINE = "ok"
LIST_TIMEOUT_SECONDS = (2, 3)
# A restart waits until YARN has started the new container.
ACT_TIMEOUT_SECONDS = (2, 90)


class GatewayUnreachable(Exception):  # noqa: N818 - it names what happened
    """The gateway cannot be asked now; the message says why."""


@dataclass(frozen=True)
class GatewayHealth:
    """Why it cannot start kernels now, empty when it can; and its version, if it told."""

    reason: str
    version: str = ""


@dataclass(frozen=True)
class LiveKernel:
    """What the gateway says of one kernel."""

    id: str
    kernelspec: str
    state: KernelState
    connections: int
    last_activity_at: datetime | None
    # The path of its notebook in its owner's JupyterLab; None where it has none.
    notebook: str | None = None
    # Told by kernels on YARN; a restart may have given the kernel another's application.
    application_id: str | None = None
    start: KernelStart | None = None
    # Why it is dead.
    reason: Reason | None = None
    # Without use for so long it is stopped; None where it never is.
    idle_limit_seconds: float | None = None


class Gateway:
    """The Enterprise Gateway, which decides by the token whose kernels are shown and touched."""

    def __init__(self, url: str, ca_file: Path | None = None) -> None:
        """`ca_file` is the authority that its certificate is known by, if the system knows it not."""
        self._verify = str(ca_file) if ca_file else True
        self._kernels_url = f"{url}/api/kernels"
        self._url = url

    def is_alive(self) -> str:
        """Empty when the gateway answers, else the reason."""
        try:
            answer = requests.get(f"{self._url}/healthz", timeout=LIST_TIMEOUT_SECONDS, verify=self._verify)
        except requests.RequestException as error:
            return _why(error)
        return "" if answer.ok else f"it answers {answer.status_code}"

    def health(self, timeout_seconds: float) -> GatewayHealth:
        """Its version, and what keeps it from starting kernels."""
        try:
            alive, ready = (
                requests.get(f"{self._url}{path}", timeout=timeout_seconds, verify=self._verify)
                for path in ("/healthz", "/readyz")
            )
            checks = dict(ready.json().get("checks") or {})
            told_version = str(alive.json().get("version") or "")
        except (requests.RequestException, ValueError, AttributeError, TypeError) as error:
            why = _why(error) if isinstance(error, requests.RequestException) else "its answer cannot be read"
            return GatewayHealth(
                f"{self._url}: {why}. Kernels that run go on; look at its log on the edge node"
            )
        bad = [f"{name}: {why}" for name, why in checks.items() if why != FINE]
        return GatewayHealth("; ".join(bad), told_version)

    def kernels(self, token: str) -> list[LiveKernel]:
        """The kernels that this token's user may see. Raises GatewayUnreachable."""
        answer = self._send("GET", self._kernels_url, token, LIST_TIMEOUT_SECONDS)
        try:
            if answer.ok:
                return [_kernel(row) for row in answer.json()]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise GatewayUnreachable("the gateway's answer is not a list of kernels") from error
        raise GatewayUnreachable(f"the gateway answers {answer.status_code}")

    def endings(self, token: str) -> list[EndedKernel]:
        """Why the kernels ended that this token's user may know of. Raises GatewayUnreachable."""
        answer = self._send("GET", f"{self._url}/api/endings", token, LIST_TIMEOUT_SECONDS)
        try:
            if answer.ok:
                return [_ending(row) for row in answer.json()]
            if answer.status_code == NOT_FOUND:
                # A gateway of before it kept any, as it may be during an upgrade.
                return []
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise GatewayUnreachable("the gateway's answer is not a list of endings") from error
        raise GatewayUnreachable(f"the gateway answers {answer.status_code}")

    def act(self, kernel_id: str, action: str, token: str) -> None:
        """Interrupt, restart or stop one kernel. Raises PublicError."""
        url = f"{self._kernels_url}/{kernel_id}"
        method, address = ("DELETE", url) if action == "stop" else ("POST", f"{url}/{action}")
        try:
            answer = self._send(method, address, token, ACT_TIMEOUT_SECONDS)
        except GatewayUnreachable as error:
            raise PublicError(ErrorCode.GATEWAY_UNREACHABLE, f"{error}. Try again in a moment.") from error
        if answer.status_code == NOT_FOUND:
            raise not_found("kernel")
        if not answer.ok:
            raise PublicError(
                ErrorCode.CONFLICT, f"The gateway could not {action} this kernel: {_message(answer)}"
            )

    def _send(self, method: str, url: str, token: str, timeout: tuple[int, int]) -> requests.Response:
        try:
            headers = {"Authorization": f"Bearer {token}"}
            return requests.request(
                method, url, headers=headers, timeout=timeout, allow_redirects=False, verify=self._verify
            )
        except requests.RequestException as error:
            raise GatewayUnreachable(f"The gateway at {self._url} is out of reach: {_why(error)}") from error


def _kernel(row: dict[str, Any]) -> LiveKernel:
    ours = row.get("kubeyard") or {}
    return LiveKernel(
        id=str(row["id"]),
        kernelspec=str(row["name"]),
        state=_state(row.get("execution_state", ""), ours),
        connections=int(row.get("connections") or 0),
        last_activity_at=_moment(row.get("last_activity")),
        notebook=ours.get("notebook") or None,
        application_id=ours.get("application_id") or None,
        start=_start(ours) if "timeline" in ours else None,
        reason=Reason.model_validate(ours["death"]) if ours.get("death") else None,
        idle_limit_seconds=ours.get("idle_limit_seconds"),
    )


def _state(told: str, ours: dict[str, Any]) -> KernelState:
    """To Jupyter a kernel that was taken up is one that starts; it runs, and nobody knows yet what."""
    if ours.get("reconnecting"):
        return KernelState.RECONNECTING
    return KernelState(told) if told in set(KernelState) else KernelState.UNKNOWN


def _start(ours: dict[str, Any]) -> KernelStart:
    return KernelStart.model_validate(
        {"warm": ours["warm"], "cold_reason": ours["cold_reason"], "stages": ours["timeline"]}
    )


def _ending(row: dict[str, Any]) -> EndedKernel:
    return EndedKernel.model_validate(row | {"environment": environment_of(row["kernelspec"])})


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


def _message(answer: requests.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        body = None
    reason = body.get("message") or body.get("reason") if isinstance(body, dict) else ""
    return str(reason or f"it answers {answer.status_code}")[:500]


def _why(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "it does not answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not known here; give its authority by KUBEYARD_GATEWAY_CA_FILE"
    if isinstance(error, requests.ConnectionError):
        return "nobody listens there"
    return type(error).__name__
