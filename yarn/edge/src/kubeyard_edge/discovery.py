"""What the node's own configuration tells, so that a first .env file is mostly filled in."""

import os
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from kubeyard_edge import site_files
from kubeyard_edge.site_files import SiteFiles
from kubeyard_edge.versions import java_version, spark_version

CONF_DIRS = ("/etc/hadoop/conf", "/usr/local/hadoop/etc/hadoop", "/opt/hadoop/etc/hadoop")
SPARK_HOMES = ("/opt/spark", "/usr/lib/spark", "/usr/local/spark")
JAVA_HOMES = ("/usr/lib/jvm/java-17-openjdk-amd64", "/usr/lib/jvm/java-17-openjdk", "/usr/lib/jvm/java-17")
USUAL_JAVA = 17
_LINE = re.compile(r"#?(KUBEYARD_\w+)=.*")
# Nothing is sent: it only makes the system choose the address that it would send from.
SOMEWHERE = "192.0.2.1"


def discover(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the settings that could be found out, by name; what the environment gives counts first."""
    given = {name: value for name, value in environment.items() if name.startswith("KUBEYARD_") and value}
    found = _on_this_node(environment) | given
    if conf_dir := found.get("KUBEYARD_HADOOP_CONF_DIR"):
        found = _of_the_cluster(site_files.read(Path(conf_dir), environment)) | found
    if spark_home := found.get("KUBEYARD_SPARK_HOME"):
        found = {"KUBEYARD_API_SPARK_VERSION": spark_version(Path(spark_home))} | found
    if "KUBEYARD_EDGE_ADDRESS" not in found:
        found["KUBEYARD_EDGE_ADDRESS"] = _address_towards(found.get("KUBEYARD_RM_URLS", ""))
    return {name: value for name, value in found.items() if value}


def fill_in(example: str, found: Mapping[str, str]) -> str:
    """Return the example file with what was found in place of what it has."""
    return "".join(f"{_filled(line, found)}\n" for line in example.splitlines())


def _filled(line: str, found: Mapping[str, str]) -> str:
    match = _LINE.fullmatch(line)
    return f"{match[1]}={found[match[1]]}" if match and match[1] in found else line


def _on_this_node(environment: Mapping[str, str]) -> dict[str, str]:
    def first(variable: str, usual: Sequence[str], is_it: Callable[[Path], bool]) -> str:
        places = (environment.get(variable, ""), *usual)
        return next((place for place in places if place and is_it(Path(place))), "")

    return {
        "KUBEYARD_HADOOP_CONF_DIR": first(
            "HADOOP_CONF_DIR", CONF_DIRS, lambda place: (place / "core-site.xml").is_file()
        ),
        "KUBEYARD_SPARK_HOME": first("SPARK_HOME", SPARK_HOMES, lambda place: bool(spark_version(place))),
        "KUBEYARD_JAVA_HOME": first("JAVA_HOME", JAVA_HOMES, lambda place: java_version(place) >= USUAL_JAVA),
    }


def _of_the_cluster(files: SiteFiles) -> dict[str, str]:
    name_node = files.get("fs.defaultFS")
    return {
        "KUBEYARD_HDFS_URI": name_node,
        "KUBEYARD_RM_URLS": ",".join(_resource_managers(files)),
        "KUBEYARD_HISTORY_URL": _history(files),
        # No client's file tells where HttpFS is; often it runs beside the NameNode, on its usual port.
        "KUBEYARD_HTTPFS_URL": files.get("httpfs.url") or _httpfs_beside(name_node),
    }


def _history(files: SiteFiles) -> str:
    secure = files.get("mapreduce.jobhistory.http.policy", "HTTP_ONLY") == "HTTPS_ONLY"
    scheme, kind = ("https", "https.") if secure else ("http", "")
    address = files.get(f"mapreduce.jobhistory.webapp.{kind}address")
    return f"{scheme}://{address}" if address else ""


def _resource_managers(files: SiteFiles) -> list[str]:
    secure = files.get("yarn.http.policy", "HTTP_ONLY") == "HTTPS_ONLY"
    scheme, setting, port = (
        ("https", "yarn.resourcemanager.webapp.https.address", 8090)
        if secure
        else ("http", "yarn.resourcemanager.webapp.address", 8088)
    )
    members = [
        f".{name.strip()}" for name in files.get("yarn.resourcemanager.ha.rm-ids").split(",") if name.strip()
    ]
    found = []
    for member in members or [""]:
        host = files.get(f"yarn.resourcemanager.hostname{member}")
        address = files.get(f"{setting}{member}") or (f"{host}:{port}" if host else "")
        found += [f"{scheme}://{address}"] if address else []
    return found


def _httpfs_beside(name_node: str) -> str:
    parts = urlsplit(name_node)
    # A pair of NameNodes has a name that is no host.
    return f"http://{parts.hostname}:14000" if parts.hostname and parts.port else ""


def _address_towards(urls: str) -> str:
    """Return the address from which this node speaks to the ResourceManager."""
    host = urlsplit(urls.partition(",")[0]).hostname or SOMEWHERE
    if host in ("localhost", "127.0.0.1"):
        host = SOMEWHERE
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((host, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return ""
