"""A cluster as the checks of an edge node ask it, all well until a test says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.scripted_server import Answer, Asked, as_json

SECURE = Answer(b"<html>Authentication required</html>", 401)


@dataclass
class EdgeCluster:
    """The script of a ScriptedServer that is ResourceManager, HttpFS and history server in one."""

    ha_state: str = "ACTIVE"
    date: str = ""
    nodes: list[str] = field(default_factory=list)
    queues: list[dict[str, Any]] = field(
        default_factory=lambda: [{"queueName": "interactive", "AMResourceLimit": {"memory": 9000}}]
    )
    configured: dict[str, str] = field(
        default_factory=lambda: {"yarn.acl.enable": "true", "yarn.admin.acl": "kubeyard"}
    )
    # What is answered at once to whatever asks for this path, or for this operation of HDFS.
    instead: dict[str, Answer] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Answer:
        operation = asked.params.get("op", "")
        key = f"{operation} as {asked.params['doAs']}" if "doAs" in asked.params else operation or asked.path
        if key in self.instead:
            return self.instead[key]
        if operation:
            return as_json({"FileStatus": {}, "boolean": True})
        return self._manager(asked)

    def _manager(self, asked: Asked) -> Answer:
        match asked.path.removeprefix("/ws/v1/cluster"):
            case "/info":
                headers = {"Date": self.date} if self.date else {}
                info = {"state": "STARTED", "haState": self.ha_state, "resourceManagerVersion": "3.5.0"}
                return as_json({"clusterInfo": info}, 200, headers)
            case "/apps/new-application":
                return as_json({"application-id": "application_1_0001"})
            case "/nodes":
                rows = [{"state": "RUNNING", "nodeHTTPAddress": node} for node in self.nodes]
                return as_json({"nodes": {"node": rows} if rows else None})
            case "/scheduler":
                root = {"queueName": "root", "queues": {"queue": self.queues}}
                return as_json({"scheduler": {"schedulerInfo": root}})
            case "/conf":
                return self._configured(asked.params["name"])
            case "/ws/v1/history/info":
                return as_json({"historyInfo": {}})
        return as_json({}, 404)

    def _configured(self, name: str) -> Answer:
        if name not in self.configured:
            return Answer(b"Property not found", 404)
        value = self.configured[name]
        text = (
            f"<configuration><property><name>{name}</name><value>{value}</value></property></configuration>"
        )
        return Answer(text.encode())


def refusal(message: str, status: int = 403) -> Answer:
    """Return Hadoop's way of saying no."""
    return as_json({"RemoteException": {"message": message, "exception": "AuthorizationException"}}, status)


def edge_settings(folder: Path, cluster_url: str, **other: str) -> Mapping[str, str]:
    """Make a node's files in `folder`, all well, and return the settings that name them."""
    conf, spark, java = folder / "conf", folder / "spark", folder / "java"
    for place in (conf, spark / "jars", spark / "python" / "lib", java):
        place.mkdir(parents=True, exist_ok=True)
    site = {
        "core-site": {"fs.defaultFS": "hdfs://nn:8020"},
        "yarn-site": {"yarn.log-aggregation-enable": "true"},
    }
    for name, properties in site.items():
        write_site(conf / f"{name}.xml", properties)
    for name in ("spark-core_2.13-4.0.5.jar", "spark-yarn_2.13-4.0.5.jar"):
        (spark / "jars" / name).touch()
    for name in ("pyspark.zip", "py4j-0.10.9.9-src.zip"):
        (spark / "python" / "lib" / name).touch()
    (java / "release").write_text('JAVA_VERSION="17.0.12"\n')
    values = {
        "EDGE_ADDRESS": "127.0.0.1",
        "EDGE_TLS": "1",
        "ISSUER": "http://issuer.test",
        "HADOOP_CONF_DIR": str(conf),
        "SPARK_HOME": str(spark),
        "JAVA_HOME": str(java),
        "RM_URLS": cluster_url,
        "HISTORY_URL": cluster_url,
        "HTTPFS_URL": cluster_url,
        "HDFS_URI": "hdfs://nn:8020",
    }
    return {f"KUBEYARD_{name}": value for name, value in (values | other).items()}


def write_site(file: Path, properties: Mapping[str, str]) -> None:
    """Write one of Hadoop's configuration files."""
    rows = "".join(
        f"<property><name>{name}</name><value>{value}</value></property>"
        for name, value in properties.items()
    )
    file.write_text(f"<configuration>{rows}</configuration>")
