"""Which member of a ResourceManager pair is in charge: found by asking, then remembered."""

import threading
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import requests

from kubeyard_yarn.errors import UnexpectedAnswer, Unreachable
from kubeyard_yarn.http import HadoopHttp
from kubeyard_yarn.shapes import Json

_REDIRECTS = (302, 303, 307, 308)


class ActiveMember:
    """Sends each request to the active member, the remembered one first.

    Repeating a request at the other member is safe: a standby has done nothing with it, and submitting
    or killing the same application twice is one submission or kill for YARN.
    """

    def __init__(self, http: HadoopHttp, urls: Sequence[str]) -> None:
        """`urls` are the members' addresses, `http://host:8088`, with or without `/ws/v1/cluster`."""
        if not urls:
            raise ValueError("no ResourceManager address is given; set at least one, as http://host:8088")
        self._http = http
        self.urls = tuple(_base(url) for url in urls)
        self._lock = threading.Lock()
        self._active = self.urls[0]

    @property
    def active_url(self) -> str:
        """The member that answered last."""
        return self._active

    def send(
        self, method: str, path: str, params: Mapping[str, str], json: Json | None = None
    ) -> requests.Response:
        """Return the active member's answer; raise Unreachable, with each member's reason, if none is."""
        waiting = [self._active, *(url for url in self.urls if url != self._active)]
        reasons: dict[str, str] = {}
        while waiting:
            url = waiting.pop(0)
            try:
                answer = self._http.send(method, f"{url}/ws/v1/cluster/{path}", params, json=json)
            except Unreachable as error:
                reasons[url] = str(error)
                continue
            if not _is_standby(answer):
                self._remember(url)
                return answer
            reasons[url] = f"{url} is a standby"
            named = _origin(answer.headers.get("Location", ""))
            if named and named not in reasons:
                # The standby knows who is active, perhaps by a name that we were not given.
                waiting = [named, *(other for other in waiting if other != named)]
        raise Unreachable(_nobody(reasons))

    def _remember(self, url: str) -> None:
        with self._lock:
            # Only a configured address is kept: one learned from a redirect may be out of date tomorrow.
            if url in self.urls:
                self._active = url


def _is_standby(answer: requests.Response) -> bool:
    """Whether the member sends us away: a redirect, or 200 with a sentence instead of JSON."""
    if answer.status_code in _REDIRECTS:
        return True
    kind = answer.headers.get("Content-Type", "")
    return answer.status_code == 200 and kind.startswith("text/plain") and "active RM" in answer.text


def _nobody(reasons: Mapping[str, str]) -> str:
    if len(reasons) == 1 and "standby" not in next(iter(reasons.values())):
        return next(iter(reasons.values()))
    told = "; ".join(reasons.values())
    return f"no active ResourceManager among {', '.join(reasons)}: {told}"


def _base(url: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{url!r} is no ResourceManager address; write it as http://host:8088")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/ws/v1/cluster')}"


def _origin(location: str) -> str:
    parts = urlsplit(location)
    if not parts.netloc:
        return ""
    # A proxy that asks for a login redirects too: that is no member.
    if "/ws/v1/cluster" not in parts.path:
        raise UnexpectedAnswer(
            f"the ResourceManager redirects to {parts.scheme}://{parts.netloc}{parts.path}, which is no "
            "ResourceManager; give the address of the ResourceManager itself"
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.partition('/ws/v1/cluster')[0]}"
