"""The ResourceManager's REST API, as one user asks it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from kubeyard_yarn.active_member import ActiveMember
from kubeyard_yarn.applications import (
    Application,
    ApplicationState,
    Attempt,
    Container,
    NewApplication,
    application_from,
    attempt_from,
    container_from,
    new_application_from,
)
from kubeyard_yarn.cluster import ClusterInfo, ClusterMetrics, Node, info_from, metrics_from, node_from
from kubeyard_yarn.errors import BadRequest, NotFound, UnexpectedAnswer, Unreachable
from kubeyard_yarn.http import HadoopHttp
from kubeyard_yarn.queues import Queue, queues_from
from kubeyard_yarn.shapes import Json, child, rows, text


class ResourceManager:
    """A ResourceManager, or a pair of them, asked as `user`; safe to share between threads.

    Without a user Hadoop answers as `dr.who`, with times and memory zeroed instead of left out.
    """

    def __init__(
        self, urls: Sequence[str], user: str, timeout_seconds: float = 10, *, ca_file: Path | None = None
    ) -> None:
        """`urls` is every member of the pair, in any order; each call waits at most `timeout_seconds`.

        `ca_file` has the authorities of https addresses; without it the usual ones count.
        """
        self._http = HadoopHttp("the ResourceManager", timeout_seconds, ca_file)
        self._member = ActiveMember(self._http, urls)
        self._user = user
        self._without_requests = True

    @property
    def active_url(self) -> str:
        """The address of the member that answered last, to be named in messages."""
        return self._member.active_url

    def as_user(self, user: str) -> "ResourceManager":
        """Return the same ResourceManager, over the same connections, asked as another user."""
        other = object.__new__(ResourceManager)
        other.__dict__.update(self.__dict__, _user=user)
        return other

    def info(self) -> ClusterInfo:
        """Return the active member's info; raises Unreachable when none says that it is active.

        A standby answers this one question itself, so every member is asked until one is active.
        """
        reasons = []
        for url in self._member.urls:
            try:
                found = self._info_of(url)
            except Unreachable as error:
                reasons.append(str(error))
                continue
            if found.is_active:
                return found
            reasons.append(f"{url} is {found.ha_state or found.state}")
        raise Unreachable(f"no active ResourceManager: {'; '.join(reasons)}")

    def metrics(self) -> ClusterMetrics:
        """Return the cluster's sums."""
        return metrics_from(self._get("metrics", "the cluster's metrics"))

    def queues(self) -> list[Queue]:
        """Return the capacity scheduler's queues, parents before their children."""
        answer = self._get("scheduler", "the queues")
        try:
            return queues_from(answer, self.metrics().memory_total_mb)
        except ValueError as error:
            raise UnexpectedAnswer(
                f"the queues: the cluster's scheduler is {error}; only the capacity scheduler is understood"
            ) from error

    def nodes(self) -> list[Node]:
        """Return every node that the ResourceManager knows, lost ones too."""
        return [node_from(row) for row in rows(self._get("nodes", "the nodes"), "nodes", "node")]

    def applications(
        self,
        states: Iterable[ApplicationState] = (),
        *,
        started_since: datetime | None = None,
        finished_since: datetime | None = None,
        owner: str | None = None,
        tags: Iterable[str] = (),
    ) -> list[Application]:
        """Return the applications that meet every condition given.

        There is no limit and no queue to ask for on purpose: YARN's limit is not "the newest", and its
        queue filter sees only what the scheduler still holds.
        """
        wanted = {
            "states": ",".join(sorted(states)),
            "startedTimeBegin": _milliseconds(started_since),
            "finishedTimeBegin": _milliseconds(finished_since),
            "user": owner or "",
            "applicationTags": ",".join(sorted(tags)),
        }
        answer = self._list_applications({name: value for name, value in wanted.items() if value})
        return [application_from(row) for row in rows(answer, "apps", "app")]

    def application(self, application_id: str) -> Application:
        """Return one application; raises NotFound when the ResourceManager does not hold it (any more).

        Raises Unreachable while the ResourceManager still takes up what ran before its own start.
        """
        try:
            return self._application(application_id)
        except NotFound:
            # Until it says that it is active, it knows those only whose turn has come.
            self.info()
        return self._application(application_id)

    def _application(self, application_id: str) -> Application:
        answer = self._get(f"apps/{quote(application_id, safe='')}", f"application {application_id}")
        return application_from(child(answer, "app"))

    def kill(self, application_id: str, diagnostics: str = "") -> ApplicationState:
        """Ask for the application's end and return the state it is in now; killing a dead one is fine."""
        wish: dict[str, object] = {"state": "KILLED"}
        if diagnostics:
            wish["diagnostics"] = diagnostics
        path, what = f"apps/{quote(application_id, safe='')}/state", f"kill {application_id}"
        answer = self._http.read_object(self._member.send("PUT", path, self._params(), wish), what)
        return ApplicationState(text(answer, "state"))

    def set_lifetime(self, application_id: str, seconds: float) -> None:
        """Have YARN kill the application `seconds` from now, whatever was said before; asked again, it moves.

        One that has ended stays as it is. The time is measured by the ResourceManager's own clock.
        """
        expiry = self._http.its_time() + timedelta(seconds=seconds)
        moment = f"{expiry:%Y-%m-%dT%H:%M:%S}.{expiry.microsecond // 1000:03}+0000"
        wish = {"timeout": {"type": "LIFETIME", "expiryTime": moment}}
        path, what = f"apps/{quote(application_id, safe='')}/timeout", f"the lifetime of {application_id}"
        self._http.check(self._member.send("PUT", path, self._params(), wish), what)

    def attempts(self, application_id: str) -> list[Attempt]:
        """Return the application's attempts, the first one first."""
        path = f"apps/{quote(application_id, safe='')}/appattempts"
        found = rows(self._get(path, f"the attempts of {application_id}"), "appAttempts", "appAttempt")
        return sorted(map(attempt_from, found), key=lambda attempt: attempt.number)

    def containers(self, application_id: str) -> list[Container]:
        """Return the running containers of all attempts; ended ones live on in the history's logs only."""
        found: list[Container] = []
        for attempt in self.attempts(application_id):
            path = (
                f"apps/{quote(application_id, safe='')}/appattempts/{quote(attempt.id, safe='')}/containers"
            )
            answer = self._get(path, f"the containers of {attempt.id}")
            found.extend(map(container_from, rows(answer, "container")))
        return found

    def new_application(self) -> NewApplication:
        """Return a fresh application id."""
        what = "a new application id"
        answer = self._member.send("POST", "apps/new-application", self._params(), {})
        found = new_application_from(self._http.read_object(answer, what))
        if not found.id:
            raise UnexpectedAnswer(f"{what}: the ResourceManager at {self.active_url} answered without one")
        return found

    def submit(self, context: Json) -> None:
        """Submit an ApplicationSubmissionContext, as the user of this ResourceManager.

        Accepted does not mean started: a queue that does not exist is told by the application's FAILED.
        """
        what = f"submit {text(context, 'application-id')}"
        self._http.check(self._member.send("POST", "apps", self._params(), context), what)

    def _info_of(self, url: str) -> ClusterInfo:
        answer = self._http.send("GET", f"{url}/ws/v1/cluster/info", self._params())
        return info_from(self._http.read_object(answer, "the cluster's info"))

    def _list_applications(self, wanted: dict[str, str]) -> Json:
        """Leave the resource requests out, unless this version rejects the wish: 600 KB an application."""
        what = "the applications"
        if self._without_requests:
            try:
                return self._get("apps", what, deSelects="resourceRequests", **wanted)
            except BadRequest:
                answer = self._get("apps", what, **wanted)
                self._without_requests = False
                return answer
        return self._get("apps", what, **wanted)

    def _get(self, path: str, what: str, **params: str) -> Json:
        return self._http.read_object(self._member.send("GET", path, self._params(**params)), what)

    def _params(self, **params: str) -> dict[str, str]:
        return {"user.name": self._user, **params}


def _milliseconds(moment: datetime | None) -> str:
    return str(int(moment.timestamp() * 1000)) if moment else ""
