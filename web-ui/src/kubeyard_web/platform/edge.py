"""What the api-server says of the edge and of Hadoop; nobody else here can reach them."""

from kubeyard_client.messages.platform import Platform, PlatformPart

from kubeyard_web.backend.known import Known
from kubeyard_web.platform.parts import FAILS, UNKNOWN, WORKS, Part, failing

API_SERVER = "API server"
WHAT = {
    "API server": "everything that pages show",
    "API server's database": "applications, environments, builds",
    "Public keys": "whom the edge believes",
    "Build worker": "builds environments",
    "Gateway": "starts kernels",
    "ResourceManager": "YARN: gives kernels their place",
    "HttpFS and HDFS": "files, and what kernels are started from",
    "JobHistoryServer": "logs of what has ended",
}


def edge_parts(known: Known[Platform], api_url: str) -> list[Part]:
    """Each of them; while the api-server is away, what was last known of the others is not repeated."""
    if known.value is not None and not known.problem:
        return [_part(each) for each in known.value.parts]
    # Where it does answer, or nobody can be asked, the problem says itself what to do, and more may be out.
    reason = known.problem
    if known.since:
        reason += (
            f" It is sought at {api_url} (KUBEYARD_API_URL): look at the edge node. Logins, running Labs and "
            "kernels go on."
        )
    away = Part(API_SERVER, WHAT[API_SERVER], FAILS, reason, since=known.since)
    rest = [Part(name, what, UNKNOWN, "Only the API server can tell.") for name, what in WHAT.items()]
    return [away, *rest[1:]]


def _part(told: PlatformPart) -> Part:
    what = WHAT.get(told.name, "")
    if told.working:
        return Part(told.name, what, WORKS, version=told.version)
    part = failing(told.name, what, told.reason)
    return Part(part.name, part.what, part.state, part.reason, told.version, told.since)
