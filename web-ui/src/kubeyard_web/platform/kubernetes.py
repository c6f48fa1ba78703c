"""The platform's pods and what Kubernetes says about them, by this pod's own right to look."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
TIMEOUT_SECONDS = (2, 5)
OURS = "app.kubernetes.io/name=kubeyard"
MOST = 500


class KubernetesAway(Exception):  # noqa: N818 - it names what is wrong
    """Kubernetes did not tell; the text says why and what to do."""


@dataclass(frozen=True)
class Kubernetes:
    """Where its API is, and the folder with the account that may ask it."""

    url: str
    account: Path

    def pods(self) -> list[dict[str, Any]]:
        """Our pods; raises KubernetesAway."""
        return self._list("pods", {"labelSelector": OURS, "limit": MOST})

    def warnings(self) -> list[dict[str, Any]]:
        """What went wrong with anything here in the last hour; raises KubernetesAway."""
        return self._list("events", {"fieldSelector": "type=Warning", "limit": MOST})

    def _list(self, kind: str, params: dict[str, Any]) -> list[dict[str, Any]]:
        try:
            namespace = (self.account / "namespace").read_text().strip()
            # Read each time: Kubernetes replaces the token each hour.
            token = (self.account / "token").read_text().strip()
            with requests.Session() as http:
                http.trust_env = False
                answer = http.get(
                    f"{self.url}/api/v1/namespaces/{namespace}/{kind}",
                    params=params,
                    headers={"Authorization": f"Bearer {token}"},
                    verify=str(self.account / "ca.crt"),
                    timeout=TIMEOUT_SECONDS,
                )
        except (OSError, requests.RequestException) as error:
            raise KubernetesAway(f"Kubernetes' API does not answer ({type(error).__name__}).") from error
        if answer.status_code in (401, 403):
            raise KubernetesAway(
                f"The web UI's account may not list {kind}. Install the chart with rbac.create on."
            )
        try:
            answer.raise_for_status()
            return list(answer.json()["items"])
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            raise KubernetesAway(f"Kubernetes' API answers {answer.status_code}.") from error


def this_cluster() -> Kubernetes | None:
    """The one that this process runs in; none on an ordinary machine, or where it was given no account."""
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host or not (ACCOUNT / "token").is_file():
        return None
    return Kubernetes(f"https://{f'[{host}]' if ':' in host else host}:{port}", ACCOUNT)
