"""Whether one of the node's own services answers: the health check of its container."""

from kubeyard_edge.asking import ask


def why_not(url: str, dependency: str = "") -> str:
    """Return why the service at `url` is not well, empty when it is.

    With `dependency`, `url` is a readiness page and the question is about that line of it alone.
    """
    # Any certificate will do: the address is this node's own.
    answer = ask(url, {}, verify=False)
    if not dependency:
        return "" if answer.is_good else f"{url}: {answer.explanation()}"
    rows = answer.json().get("dependencies")
    if not isinstance(rows, list):
        return f"{url}: {answer.explanation()}"
    for row in rows:
        if row.get("name") == dependency:
            return "" if row.get("ready") else str(row.get("reason"))
    return f"{url} does not tell of {dependency}"
