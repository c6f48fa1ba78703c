"""One question to one of Hadoop's HTTP services, answered or explained."""

import http.client
import json
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 10
CONNECT_SECONDS = 3
AT_ONCE = 32


@dataclass(frozen=True)
class Answer:
    """What a service said; status 0 is no answer at all, and `reason` says why."""

    status: int
    body: bytes = b""
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether it answered with a success."""
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        """Return the JSON object; an empty one where the answer is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def explanation(self) -> str:
        """Say in one line why this is no success."""
        if not self.status:
            return self.reason
        told = self.json().get("RemoteException", {})
        message = str(told.get("message", "")).partition("\n")[0] if isinstance(told, dict) else ""
        return f"it answers {self.status}{f': {message}' if message else ''}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer: of a standby, of DataNodes, or of something that is not Hadoop."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


def ask(
    url: str, params: Mapping[str, str], method: str = "GET", *, ca_file: str = "", verify: bool = True
) -> Answer:
    """Send one request, without proxies; never raises for what the other side does.

    `ca_file` has the authorities of an https address, instead of those that this node trusts. Without
    `verify` any certificate will do: for questions whose answer only says that somebody is there.
    """
    asked = urllib.request.Request(f"{url}?{urlencode(params)}" if params else url, method=method)  # noqa: S310
    if method == "POST":
        asked.add_header("Content-Type", "application/json")
        asked.data = b"{}"
    try:
        with _opener(url, ca_file, verify).open(asked, timeout=TIMEOUT_SECONDS) as answer:
            return Answer(answer.status, answer.read(), headers=dict(answer.headers))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read(), headers=dict(error.headers))
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, reason=_words(error))


def _opener(url: str, ca_file: str, verify: bool) -> urllib.request.OpenerDirector:
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({}), _NoRedirect()]
    if url.startswith("https:"):
        context = ssl.create_default_context(cafile=ca_file or None)
        if not verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        handlers.append(urllib.request.HTTPSHandler(context=context))
    return urllib.request.build_opener(*handlers)


def _words(error: BaseException) -> str:
    cause = getattr(error, "reason", error)
    if isinstance(cause, TimeoutError):
        return "it does not answer in time"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not believed ({cause.verify_message}); KUBEYARD_HADOOP_CA_FILE names the "
            "file of the authority that is to be"
        )
    if isinstance(cause, ConnectionRefusedError):
        return "nobody listens there"
    if isinstance(cause, socket.gaierror):
        return "its name is not known on this node"
    return str(getattr(cause, "strerror", None) or cause)


def refusals(addresses: list[str]) -> dict[str, str]:
    """Return those of these `host:port` that take no connection, with the reason."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(addresses, pool.map(_refusal, addresses), strict=True))
    return {address: reason for address, reason in found.items() if reason}


def _refusal(address: str) -> str:
    parts = urlsplit(f"//{address}")
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 0), CONNECT_SECONDS):
            return ""
    except (OSError, ValueError) as error:
        return _words(error)
