"""The platform's pods and what Kubernetes says about them, by this pod's own right to look."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
TIMEOUT_SECONDS = (2, 5)
OURS = "app.kubernetes.io/name=kubeyard"
# Of each answer, and of all of them together.
PAGE, MOST, MOST_SECONDS = 500, 5000, 10.0


class KubernetesAway(Exception):  # noqa: N818 - it names what is wrong
    """Kubernetes did not tell; the text says why and what to do."""


@dataclass(frozen=True)
class Listed:
    """What Kubernetes told, and whether there is more, which was not asked for."""

    items: list[dict[str, Any]]
    is_cut: bool = False


@dataclass(frozen=True)
class Kubernetes:
    """Where its API is, the folder with the account that may ask it, and how long a page waits for a list."""

    url: str
    account: Path
    most_seconds: float = MOST_SECONDS

    def pods(self) -> Listed:
        """Our pods; raises KubernetesAway."""
        return self._list("pods", {"labelSelector": OURS})

    def warnings(self) -> Listed:
        """What went wrong with anything here in the last hour; raises KubernetesAway."""
        return self._list("events", {"fieldSelector": "type=Warning"})

    def _list(self, kind: str, params: dict[str, Any]) -> Listed:
        until = time.monotonic() + self.most_seconds
        found, behind = self._page(kind, {**params, "limit": PAGE})
        while behind and len(found) < MOST and time.monotonic() < until:
            page, behind = self._page(kind, {**params, "limit": PAGE, "continue": behind})
            found += page
        return Listed(found, is_cut=bool(behind))

    def _page(self, kind: str, params: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
        """Return some, and where the next ones begin; empty after the last."""
        answer = self._ask(kind, params)
        if answer.status_code in (401, 403):
            raise KubernetesAway(
                f"The web UI's account may not list {kind}. Install the chart with rbac.create on."
            )
        try:
            answer.raise_for_status()
            told = answer.json()
            return list(told["items"]), str((told.get("metadata") or {}).get("continue") or "")
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            raise KubernetesAway(
                f"Kubernetes' API answers {answer.status_code}. It is asked again by itself."
            ) from error

    def _ask(self, kind: str, params: dict[str, Any]) -> requests.Response:
        authority = self.account / "ca.crt"
        # Read each time: Kubernetes replaces the token each hour.
        namespace, token, _ = (self._read(name) for name in ("namespace", "token", authority.name))
        try:
            with requests.Session() as http:
                http.trust_env = False
                return http.get(
                    f"{self.url}/api/v1/namespaces/{namespace}/{kind}",
                    params=params,
                    headers={"Authorization": f"Bearer {token}"},
                    verify=str(authority),
                    timeout=TIMEOUT_SECONDS,
                )
        except requests.exceptions.SSLError as error:
            raise KubernetesAway(
                f"Kubernetes' API at {self.url} shows no certificate that {authority} vouches for. Restart "
                "the web UI's pod: it is given the authority anew. If it stays, see who answers there."
            ) from error
        except requests.RequestException as error:
            raise KubernetesAway(
                f"Kubernetes' API does not answer ({type(error).__name__}). The chart's kubernetesAPI.cidr "
                "and kubernetesAPI.ports must let the web UI reach it."
            ) from error

    def _read(self, name: str) -> str:
        """One file of the account."""
        file = self.account / name
        try:
            return file.read_text().strip()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is no text"
            raise KubernetesAway(
                f"{file} of the web UI's account cannot be read ({why}). Kubernetes puts it there: look at "
                "the pod's volumes, and restart the pod."
            ) from error


def this_cluster() -> Kubernetes | None:
    """The one that this process runs in; none on an ordinary machine, or where it was given no account."""
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host or not (ACCOUNT / "token").is_file():
        return None
    return Kubernetes(f"https://{f'[{host}]' if ':' in host else host}:{port}", ACCOUNT)
