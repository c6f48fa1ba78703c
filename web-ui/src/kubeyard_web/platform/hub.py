"""The Hub and its proxy, asked without a token: whether they answer is all that matters here."""

import requests

from kubeyard_web.platform.parts import WORKS, Part, failing

TIMEOUT_SECONDS = (2, 3)
LABS_GO_ON = "Labs that run go on"
LOOK = "Look at its log, and at its pod where it has one."


def hub_part(api_url: str) -> Part:
    """JupyterHub."""
    name, what = "JupyterHub", "starts people's Labs"
    try:
        answer = requests.get(f"{api_url}/", timeout=TIMEOUT_SECONDS, allow_redirects=False)
        answer.raise_for_status()
        return Part(name, what, WORKS, version=str(answer.json()["version"]))
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        reason = (
            f"It does not answer at {api_url} ({type(error).__name__}). {LABS_GO_ON}; nobody can start one. "
            f"{LOOK}"
        )
        return failing(name, what, reason)


def proxy_part(url: str) -> Part:
    """The proxy before the Hub and the Labs."""
    name, what = "Proxy", "leads browsers to the Hub and to Labs"
    try:
        answer = requests.get(f"{url}/_chp_healthz", timeout=TIMEOUT_SECONDS, allow_redirects=False)
        answer.raise_for_status()
        return Part(name, what)
    except requests.RequestException as error:
        reason = (
            f"It does not answer at {url} ({type(error).__name__}). {LABS_GO_ON}; no browser reaches them. "
            f"{LOOK}"
        )
        return failing(name, what, reason)
