"""One HTTP session for Hadoop's services: a timeout on every call, and answers turned into typed errors."""

import html
import re
import ssl
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path

import requests

from kubeyard_yarn.errors import (
    AlreadyExists,
    BadRequest,
    NotFound,
    Refused,
    UnexpectedAnswer,
    Unreachable,
    YarnError,
)
from kubeyard_yarn.shapes import Json, as_object, child, text

# HttpFS answers 500 for refusals and for bad paths: the exception's name tells more than the status.
_BY_EXCEPTION: Mapping[str, type[YarnError]] = {
    "AccessControlException": Refused,
    "AuthorizationException": Refused,
    "ForbiddenException": Refused,
    "SecurityException": Refused,
    "FileNotFoundException": NotFound,
    "NotFoundException": NotFound,
    "ApplicationNotFoundException": NotFound,
    "FileAlreadyExistsException": AlreadyExists,
    "AlreadyExistsException": AlreadyExists,
    "BadRequestException": BadRequest,
    "IllegalArgumentException": BadRequest,
    "InvalidPathException": BadRequest,
    "HadoopIllegalArgumentException": BadRequest,
    "PathIsNotEmptyDirectoryException": BadRequest,
    "ParentNotDirectoryException": BadRequest,
    "SafeModeException": Unreachable,
    "RetriableException": Unreachable,
    "StandbyException": Unreachable,
}
_BY_STATUS: Mapping[int, type[YarnError]] = {
    400: BadRequest,
    401: Refused,
    403: Refused,
    404: NotFound,
    405: BadRequest,
    502: Unreachable,
    503: Unreachable,
    504: Unreachable,
}
# Hadoop sends the header twice, which requests makes one of: the first date is enough.
_DATE_LENGTH = len("Sat, 21 Nov 2026 10:49:52 GMT")
Body = bytes | Iterable[bytes]


class HadoopHttp:
    """Sends requests to one Hadoop service, called `service` in messages; safe to share between threads."""

    def __init__(self, service: str, timeout_seconds: float, ca_file: Path | None = None) -> None:
        """Every call waits at most `timeout_seconds` to connect, and as long for each part of the answer.

        An https address is believed by the authorities in `ca_file` (PEM), without one by the usual ones.
        """
        self.service = service
        self.timeout_seconds = timeout_seconds
        self._clock_ahead = timedelta()
        self._session = requests.Session()
        # Hadoop's signed cookie outranks user.name: kept, it would answer one user with another's rights.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # No proxy and no .netrc from the environment: the cluster is never behind the way out to the web.
        self._session.trust_env = False
        self._session.verify = str(ca_file) if ca_file else True

    def send(
        self,
        method: str,
        url: str,
        params: Mapping[str, str],
        *,
        json: Json | None = None,
        body: Body | None = None,
        stream: bool = False,
    ) -> requests.Response:
        """Return the answer whatever its status, redirects not followed; raise Unreachable without one."""
        try:
            answer = self._session.request(
                method,
                url,
                params=dict(params),
                json=json,
                data=body,
                headers={"Content-Type": "application/octet-stream"} if body is not None else None,
                timeout=self.timeout_seconds,
                allow_redirects=False,
                stream=stream,
            )
            self._compare_clocks(answer)
            return answer
        except requests.Timeout as error:
            raise Unreachable(
                f"{self.service} at {url} did not answer within {self.timeout_seconds:g} s; "
                "see whether it is overloaded or its address is wrong"
            ) from error
        except requests.RequestException as error:
            raise Unreachable(f"{self.service} at {url} {_reason(error)}") from error

    def its_time(self) -> datetime:
        """Return what the service's own clock says now, to the second, as far as its answers tell."""
        return datetime.now(UTC) + self._clock_ahead

    def _compare_clocks(self, answer: requests.Response) -> None:
        try:
            told = parsedate_to_datetime(answer.headers.get("Date", "")[:_DATE_LENGTH])
            self._clock_ahead = told - datetime.now(UTC)
        except (TypeError, ValueError):
            # No date, or one without a zone: our own clock has to do.
            self._clock_ahead = timedelta()

    def read_object(self, answer: requests.Response, what: str, *, list_as: str = "") -> Json:
        """Return the JSON object of a successful answer; `what` names the wish in the error's message.

        Where some version answers a bare list, `list_as` is the name under which others have it.
        """
        self.check(answer, what)
        try:
            found = answer.json()
            return as_object({list_as: found} if list_as and isinstance(found, list) else found)
        except ValueError as error:
            kind = answer.headers.get("Content-Type", "no content type")
            raise UnexpectedAnswer(
                f"{what}: {self.service} at {_origin(answer)} answered {answer.status_code} with {kind} "
                f"instead of JSON ({_first_line(answer.text)}); see whether the address is right"
            ) from error

    def check(self, answer: requests.Response, what: str) -> None:
        """Raise the matching error unless the answer is a success."""
        if answer.status_code < 300:
            return
        exception, message = _remote_exception(answer)
        kind = _BY_EXCEPTION.get(exception) or _BY_STATUS.get(answer.status_code, UnexpectedAnswer)
        raise kind(f"{what}: {self.service} at {_origin(answer)} {_problem(kind)}: {message}")


def _problem(kind: type[YarnError]) -> str:
    steps: Mapping[type[YarnError], str] = {
        Refused: "refuses it, check the user's rights and the service account's",
        NotFound: "does not have it, check the name",
        AlreadyExists: "has it already, choose another name or overwrite it",
        BadRequest: "rejects the request, correct it",
        Unreachable: "cannot serve it now, try again",
    }
    return steps.get(kind, "failed, see its log")


def _remote_exception(answer: requests.Response) -> tuple[str, str]:
    """Return the Java exception's simple name, if any, and a one-line message."""
    try:
        told = as_object(answer.json())
        # The timeline server of 2.x tells the exception without an envelope.
        found = child(told, "RemoteException") or told
    except ValueError:
        return "", f"{answer.status_code} {_first_line(answer.text) or answer.reason}"
    return text(found, "exception"), _first_line(text(found, "message")) or answer.text[:300]


def _first_line(body: str) -> str:
    """Return the first line, or of an error page of Jetty's or Hadoop 2's the message."""
    page = re.search(r"<th>MESSAGE:</th><td>(.*?)</td>|<pre>(.*?)</pre>", body, re.DOTALL)
    told = html.unescape(page[1] or page[2]) if page else body
    return next((line.strip()[:500] for line in told.splitlines() if line.strip()), "")


def _origin(answer: requests.Response) -> str:
    return "/".join(str(answer.url).split("/")[:3])


def _reason(error: requests.RequestException) -> str:
    """Return the innermost cause in words, without urllib3's object addresses, and what to do about it."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"shows a certificate that is not believed ({cause.verify_message}); name the file of its "
            "authority by KUBEYARD_HADOOP_CA_FILE, and the service as its certificate does"
        )
    told = str(cause) or type(cause).__name__
    return f"cannot be reached ({told}); see whether it runs and its address is right"
