"""The node's own copy of Hadoop's configuration: kernels get it with them."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from kubeyard_edge import site_files
from kubeyard_edge.finding import Finding, ok, problem, warning
from kubeyard_edge.settings import Settings
from kubeyard_edge.site_files import SiteFiles

WHAT = "Hadoop's files"


def look(settings: Settings) -> Iterator[Finding]:
    """Are they there, readable for the services, and of this cluster?"""
    folder = settings.conf_dir
    missing = [name for name in ("core-site.xml", "yarn-site.xml") if not (folder / name).is_file()]
    if missing:
        yield problem(
            WHAT,
            f"{' and '.join(missing)} cannot be read in {folder}",
            "set KUBEYARD_HADOOP_CONF_DIR to the folder of the cluster's client configuration; if they are "
            "there, let account 10001 read them, and let none be a link that leads out of that folder",
        )
        return
    try:
        files = site_files.read(folder)
    except (OSError, ValueError) as error:
        yield problem(WHAT, str(error), "mend that file, or copy it again from the cluster")
        return
    found = list(_contents(settings, files))
    yield from found or [
        ok(WHAT, f"{folder} is of {files.get('fs.defaultFS') or 'a cluster without a name'}")
    ]


def _contents(settings: Settings, files: SiteFiles) -> Iterator[Finding]:
    if files.get("hadoop.security.authentication", "simple") != "simple":
        yield problem(
            WHAT,
            "the cluster wants Kerberos, and Kubeyard speaks Hadoop's simple authentication only",
            "see `Secure Hadoop` in docs/operators-guide.md for what is possible",
        )
    own, theirs = urlsplit(settings.hdfs_uri), urlsplit(files.get("fs.defaultFS"))
    if theirs.netloc and (own.scheme, own.netloc) != (theirs.scheme, theirs.netloc):
        yield problem(
            WHAT,
            f"fs.defaultFS is {theirs.geturl()}, but KUBEYARD_HDFS_URI is {settings.hdfs_uri}",
            "set both to the same: kernels find their files by the one, nodes fetch them by the other",
        )
    if files.get("yarn.log-aggregation-enable", "false") != "true":
        yield warning(
            WHAT,
            "yarn.log-aggregation-enable is not set, so logs are gone when an application ends",
            "set it to true in the cluster's yarn-site.xml",
        )
