"""HDFS by HttpFS: reach, the right to act for others, and the platform's folders."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from kubeyard_edge.asking import Answer, ask
from kubeyard_edge.finding import Finding, ok, problem, warning
from kubeyard_edge.settings import Settings

WHAT = "HttpFS"
PROXY = "proxy user"
FOLDER = "HDFS folders"
# Nobody's account: what is asked is whether the service may act for anybody.
SOMEBODY = "kubeyard-check"
_IMPERSONATION = re.compile(r"User: (\S+) is not allowed to impersonate")
_FROM = re.compile(r"Unauthorized connection for super-user: (\S+) from IP (\S+)")


@dataclass(frozen=True)
class HttpFs:
    """HttpFS as the service account, for itself or for somebody."""

    url: str
    user: str
    ca_file: str

    def get(self, path: str, operation: str, **params: str) -> Answer:
        return self._ask(path, {"op": operation, **params})

    def put(self, path: str, operation: str, **params: str) -> Answer:
        return self._ask(path, {"op": operation, **params}, "PUT")

    def delete(self, path: str) -> Answer:
        return self._ask(path, {"op": "DELETE", "recursive": "true"}, "DELETE")

    def beans(self, name: str) -> Answer:
        """Return one of the server's own tables, as any of Hadoop's servers has them."""
        return ask(f"{self.url}/jmx", {"qry": name, "user.name": self.user}, ca_file=self.ca_file)

    def _ask(self, path: str, params: dict[str, str], method: str = "GET") -> Answer:
        query = {**params, "user.name": self.user}
        return ask(f"{self.url}/webhdfs/v1{quote(path)}", query, method, ca_file=self.ca_file)


def look(settings: Settings) -> Iterator[Finding]:
    """Ask as the service account, then as somebody, then try to write where the platform writes."""
    httpfs = HttpFs(settings.httpfs_url, settings.service_user, settings.hadoop_ca_file)
    answer = httpfs.get("/", "GETFILESTATUS")
    if not answer.is_good:
        yield _unusable(settings, answer)
        return
    if _is_name_node(httpfs):
        yield problem(
            WHAT,
            f"{settings.httpfs_url} is a NameNode, which sends whoever writes on to other nodes",
            "start HttpFS (`hdfs --daemon start httpfs`) and set KUBEYARD_HTTPFS_URL to it (http://host:14000)",
        )
        return
    yield ok(WHAT, f"{settings.httpfs_url} answers")
    yield _acting_for_others(httpfs, settings)
    yield from _folders(httpfs, settings)


def _unusable(settings: Settings, answer: Answer) -> Finding:
    if answer.status == 401:
        return problem(
            WHAT,
            f"{settings.httpfs_url} wants a login (Kerberos), which Kubeyard does not speak",
            "see `Secure Hadoop` in docs/operators-guide.md for what is possible",
        )
    refused = _not_allowed(settings, answer)
    return refused or problem(
        WHAT,
        f"{settings.httpfs_url}: {answer.explanation()}",
        "start HttpFS, or set KUBEYARD_HTTPFS_URL to it (http://host:14000)",
    )


def _is_name_node(httpfs: HttpFs) -> bool:
    """Both answer alike until somebody writes; only the NameNode knows its own status."""
    return bool(httpfs.beans("Hadoop:service=NameNode,name=NameNodeStatus").json().get("beans"))


def _acting_for_others(httpfs: HttpFs, settings: Settings) -> Finding:
    answer = httpfs.get("/", "GETFILESTATUS", doAs=SOMEBODY)
    if answer.is_good:
        return ok(PROXY, f"{settings.service_user} may act for others")
    return _not_allowed(settings, answer) or problem(
        PROXY,
        f"{settings.service_user} cannot act for others: {answer.explanation()}",
        f"see httpfs.proxyuser.{settings.service_user}.* in httpfs-site.xml",
    )


def _not_allowed(settings: Settings, answer: Answer) -> Finding | None:
    """Name the account that lacks the right, and whose configuration must give it."""
    told = answer.explanation()
    found = _IMPERSONATION.search(told) or _FROM.search(told)
    if found is None:
        return None
    # Of a Kerberos name, what Hadoop makes of it by default.
    who = re.split("[/@]", found[1])[0]
    if who == settings.service_user:
        where = f"httpfs.proxyuser.{who}.hosts and .groups in HttpFS's httpfs-site.xml, and restart it"
    else:
        where = (
            f"hadoop.proxyuser.{who}.hosts and .groups in the NameNode's core-site.xml, then "
            "`hdfs dfsadmin -refreshSuperUserGroupsConfiguration`"
        )
    return problem(PROXY, f"{who} may not act for others: {told}", f"set {where}")


def _folders(httpfs: HttpFs, settings: Settings) -> Iterator[Finding]:
    root, user = settings.hdfs_root, settings.service_user
    trial = f"{root}/.check-{uuid.uuid4().hex[:12]}"
    made = httpfs.put(trial, "MKDIRS", permission="700")
    if not made.is_good:
        yield problem(
            FOLDER,
            f"{user} cannot write into {root}: {made.explanation()}",
            f"as HDFS's superuser: hdfs dfs -mkdir -p {root} && hdfs dfs -chown {user} {root}",
        )
        return
    try:
        given = httpfs.put(trial, "SETOWNER", owner=SOMEBODY)
    finally:
        httpfs.delete(trial)
    if given.is_good:
        yield ok(FOLDER, f"{user} can write into {root} and make people's homes")
    else:
        yield warning(
            FOLDER,
            f"{user} cannot make people's homes: it is no superuser of HDFS",
            f"add {user} to the group in dfs.permissions.superusergroup, or make each home yourself: "
            "hdfs dfs -mkdir /user/NAME && hdfs dfs -chown NAME /user/NAME && hdfs dfs -chmod 750 /user/NAME",
        )
    if not httpfs.get(settings.hdfs_shared, "GETFILESTATUS").is_good:
        yield warning(
            FOLDER,
            f"there is no {settings.hdfs_shared}, the folder that all people share",
            f"as HDFS's superuser: hdfs dfs -mkdir {settings.hdfs_shared} && "
            f"hdfs dfs -chmod 1777 {settings.hdfs_shared}; or set KUBEYARD_HDFS_SHARED to another",
        )
