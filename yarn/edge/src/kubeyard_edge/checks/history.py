"""The JobHistoryServer: logs of what has ended."""

from collections.abc import Iterator

from kubeyard_edge.asking import ask
from kubeyard_edge.finding import Finding, ok, warning
from kubeyard_edge.settings import Settings

WHAT = "history server"


def look(settings: Settings) -> Iterator[Finding]:
    """Does it answer? Everything else works without it."""
    url = settings.history_url
    if "/applicationhistory" in url:
        name, path = "the timeline server", "about"
    else:
        name, path = "it", "ws/v1/history/info"
    answer = ask(f"{url}/{path}", {"user.name": settings.service_user}, ca_file=settings.hadoop_ca_file)
    if answer.is_good:
        yield ok(WHAT, f"{name} answers at {url}")
    else:
        yield warning(
            WHAT,
            f"{url}: {answer.explanation()}; logs of ended applications cannot be shown",
            "start it, or set KUBEYARD_HISTORY_URL to it (http://host:19888)",
        )
