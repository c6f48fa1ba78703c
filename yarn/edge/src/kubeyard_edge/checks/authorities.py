"""The authorities by which the cluster's https addresses are known, where it has its own."""

import ssl
from collections.abc import Iterator

from kubeyard_edge.finding import Finding, ok, problem
from kubeyard_edge.settings import Settings

WHAT = "authorities"


def look(settings: Settings) -> Iterator[Finding]:
    """Can the file be read, and does it hold certificates? Nothing is said where there is none."""
    file = settings.hadoop_ca_file
    if not file:
        return
    if not file.startswith("/"):
        yield problem(
            WHAT, f"KUBEYARD_HADOOP_CA_FILE is {file!r}, which is no whole path", "give its whole path"
        )
        return
    try:
        trusted = ssl.create_default_context(cafile=file).cert_store_stats()["x509"]
        told = "it holds none"
    except OSError as error:
        trusted, told = 0, error.strerror or str(error)
    if trusted:
        yield ok(WHAT, f"{file} has {trusted} for Hadoop's https addresses")
    else:
        yield problem(
            WHAT,
            f"{file} cannot be read as certificates: {told}",
            "set KUBEYARD_HADOOP_CA_FILE to a PEM file of this node that account 10001 may read",
        )
