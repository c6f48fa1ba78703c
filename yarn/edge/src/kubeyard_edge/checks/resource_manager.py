"""YARN: the ResourceManager, its nodes, the queue that kernels run in, and what the service account may."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree

from kubeyard_edge.asking import Answer, ask, refusals
from kubeyard_edge.finding import Finding, ok, problem, warning
from kubeyard_edge.settings import Settings

WHAT = "ResourceManager"
NODES = "NodeManagers"
QUEUE = "queue"
# More seconds between two clocks than any time server leaves.
CLOCK_SECONDS = 5
# What the smallest kernel's ApplicationMaster takes.
KERNEL_MB = 900
NAMED = 3


@dataclass(frozen=True)
class Active:
    """The ResourceManager in charge, asked as the service account."""

    url: str
    user: str
    ca_file: str

    def get(self, path: str) -> Answer:
        return self._ask(f"ws/v1/cluster/{path}")

    def new_application(self) -> Answer:
        return self._ask("ws/v1/cluster/apps/new-application", "POST")

    def configured(self, name: str) -> str | None:
        """Return one of its own settings, None where it does not tell."""
        answer = self._ask("conf", name=name)
        try:
            root = ElementTree.fromstring(answer.body)  # noqa: S314 - the cluster's own answer
        except ElementTree.ParseError:
            return None
        return root.findtext("property/value") if answer.is_good else None

    def _ask(self, path: str, method: str = "GET", **params: str) -> Answer:
        query = {**params, "user.name": self.user}
        return ask(f"{self.url}/{path}", query, method, ca_file=self.ca_file)


def look(settings: Settings) -> Iterator[Finding]:
    """Ask who is in charge, and that one for the rest."""
    told, active = _active(settings)
    yield from told
    if active is None:
        return
    yield from _clock(active)
    yield from _submission(active, settings)
    yield from _rights(active, settings)
    yield from _nodes(active)
    yield _queue(active, settings.queue)


def _active(settings: Settings) -> tuple[list[Finding], Active | None]:
    reasons = []
    for url in settings.rm_urls:
        root = url.removesuffix("/ws/v1/cluster")
        active = Active(root, settings.service_user, settings.hadoop_ca_file)
        answer = active.get("info")
        info = answer.json().get("clusterInfo", {})
        if answer.is_good and info.get("state") == "STARTED" and info.get("haState") in ("ACTIVE", "", None):
            version = info.get("resourceManagerVersion", "of an unknown version")
            return [ok(WHAT, f"{url} is active, Hadoop {version}")], active
        reasons.append(f"{url}: {_not_active(answer, info)}")
    if any("Kerberos" in reason for reason in reasons):
        mend = "see `Secure Hadoop` in docs/operators-guide.md for what is possible"
    else:
        mend = "start it, or set KUBEYARD_RM_URLS to every member's web address (http://host:8088)"
    return [problem(WHAT, "; ".join(reasons), mend)], None


def _not_active(answer: Answer, info: dict[str, Any]) -> str:
    if answer.status == 401:
        return "it wants a login (Kerberos), which Kubeyard does not speak"
    if not answer.is_good and answer.status != 404:
        return answer.explanation()
    return f"it is {info.get('haState') or info['state']}" if info else "what answers is no ResourceManager"


def _clock(active: Active) -> Iterator[Finding]:
    answer = active.get("info")
    try:
        ahead = (parsedate_to_datetime(answer.headers["Date"][:29]) - datetime.now(UTC)).total_seconds()
    except (KeyError, TypeError, ValueError):
        return
    if abs(ahead) > CLOCK_SECONDS:
        relation = "ahead of" if ahead > 0 else "behind"
        yield warning(
            "clock",
            f"the ResourceManager's is {abs(ahead):.0f} s {relation} this node's",
            "let both follow the same time server (chrony, ntpd): tokens are good for minutes only",
        )


def _submission(active: Active, settings: Settings) -> Iterator[Finding]:
    if settings.submission == "spark-submit":
        yield from _impersonation(active, settings.service_user)
        return
    answer = active.new_application()
    if not answer.json().get("application-id"):
        yield problem(
            WHAT,
            f"it takes no applications by REST: {answer.explanation()}",
            "allow it (simple authentication in hadoop.http.filter.initializers, no CSRF filter), or set "
            "KUBEYARD_GATEWAY_SUBMISSION=spark-submit",
        )


def _impersonation(active: Active, user: str) -> Iterator[Finding]:
    told = {
        what: active.configured(f"hadoop.proxyuser.{user}.{what}") for what in ("hosts", "users", "groups")
    }
    if not told["hosts"] or not (told["users"] or told["groups"]):
        yield problem(
            "proxy user",
            f"the ResourceManager does not let {user} submit for others",
            f"set hadoop.proxyuser.{user}.hosts and .users in its core-site.xml, then "
            "`yarn rmadmin -refreshSuperUserGroupsConfiguration`",
        )


def _rights(active: Active, settings: Settings) -> Iterator[Finding]:
    if active.configured("yarn.acl.enable") != "true":
        yield warning(
            WHAT,
            "yarn.acl.enable is off: whoever reaches it can read and end everybody's applications there",
            "set it to true in its yarn-site.xml",
        )
        return
    admins = active.configured("yarn.admin.acl")
    words = (admins or "").partition(" ")[0].split(",")
    if admins is not None and settings.service_user not in words and "*" not in words:
        yield warning(
            WHAT,
            f"{settings.service_user} is not in yarn.admin.acl: of applications that Kubeyard did not start, "
            "nobody sees memory and logs, and administrators cannot end them",
            f"add {settings.service_user} to yarn.admin.acl, then `yarn rmadmin -refreshAdminAcls`",
        )


def _nodes(active: Active) -> Iterator[Finding]:
    listed = active.get("nodes").json().get("nodes") or {}
    rows = [row for row in listed.get("node") or [] if row.get("state") == "RUNNING"]
    if not rows:
        yield problem(NODES, "none is running", "start one: without it no kernel can start")
        return
    away = refusals([row.get("nodeHTTPAddress", "") for row in rows])
    if not away:
        yield ok(NODES, f"all {len(rows)} answer this node")
        return
    named = ", ".join(f"{address}: {reason}" for address, reason in list(away.items())[:NAMED])
    yield problem(
        NODES,
        f"{len(away)} of {len(rows)} do not answer this node ({named}{', …' if len(away) > NAMED else ''})",
        "let this node resolve their names and reach all of their ports: kernels listen on random ones",
    )


def _queue(active: Active, name: str) -> Finding:
    answer = active.get("scheduler")
    leaves = dict(_leaves(answer.json().get("scheduler", {}).get("schedulerInfo", {})))
    if not leaves:
        return problem(
            QUEUE, "the scheduler is not the capacity scheduler", "Kubeyard understands only that one"
        )
    found = leaves.get(name)
    if found is None:
        there = ", ".join(sorted(leaves))
        return problem(
            QUEUE, f"there is no queue {name}, but {there}", "set KUBEYARD_API_DEFAULT_QUEUE to one"
        )
    limit = (found.get("AMResourceLimit") or {}).get("memory")
    if isinstance(limit, int) and limit < 2 * KERNEL_MB:
        return warning(
            QUEUE,
            f"{name} leaves {limit} MiB to ApplicationMasters, which is {limit // KERNEL_MB} kernels at once",
            f"raise maximum-am-resource-percent of {name} (0.9): every kernel is an ApplicationMaster",
        )
    room = f", with {limit} MiB for kernels" if isinstance(limit, int) else ""
    return ok(QUEUE, f"{name} is there{room}")


def _leaves(queue: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    children = (queue.get("queues") or {}).get("queue") or []
    for child in children:
        yield from _leaves(child)
    if not children and "queueName" in queue:
        yield queue["queueName"], queue
