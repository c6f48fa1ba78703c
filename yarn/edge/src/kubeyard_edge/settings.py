"""The settings of an edge node, as its .env file has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

FLAGS = {"": False, "1": True}


class SettingsRefused(Exception):  # noqa: N818 - it names what happened
    """Some settings are missing or wrong; one line for each, with its name."""


@dataclass(frozen=True)
class Settings:
    """What the checks need to know; the services read the same names."""

    address: str
    api_port: int
    gateway_port: int
    response_port: int
    tls: bool
    issuer: str
    conf_dir: Path
    # The first is the platform's own.
    spark_homes: tuple[Path, ...]
    spark_version: str
    further_spark_versions: tuple[str, ...]
    java_home: str
    rm_urls: tuple[str, ...]
    history_url: str
    httpfs_url: str
    hadoop_ca_file: str
    hdfs_uri: str
    hdfs_root: str
    hdfs_shared: str
    service_user: str
    queue: str
    submission: str


class _Reader:
    """Reads one setting after the other and remembers what is wrong."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.problems: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        value = self._environment.get(f"KUBEYARD_{name}", "").strip() or default
        if value is None:
            self.problems.append(f"KUBEYARD_{name} is not set; the example file, .env.example, explains it")
        return value or ""

    def port(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if value.isdecimal() and 0 < int(value) < 65536:
            return int(value)
        self.problems.append(f"KUBEYARD_{name} is {value!r}; give a port from 1 to 65535")
        return default

    def flag(self, name: str) -> bool:
        value = self.text(name, "")
        if value not in FLAGS:
            self.problems.append(f"KUBEYARD_{name} is {value!r}; give 1, or nothing for no")
        return FLAGS.get(value, False)

    def words(self, name: str, default: str | None = None) -> tuple[str, ...]:
        return tuple(word.strip() for word in self.text(name, default).split(",") if word.strip())

    def urls(self, name: str) -> tuple[str, ...]:
        found = self.words(name)
        for url in found:
            if not url.startswith(("http://", "https://")):
                self.problems.append(f"KUBEYARD_{name}: {url!r} must start with http:// or https://")
        return tuple(url.rstrip("/") for url in found)

    def url(self, name: str) -> str:
        found = self.urls(name)
        return found[0] if found else ""

    def address(self, name: str) -> str:
        value = self.text(name)
        try:
            if value and IPv4Address(value).is_unspecified:
                self.problems.append(f"KUBEYARD_{name} is {value}; give an address that nodes and pods reach")
        except ValueError:
            self.problems.append(f"KUBEYARD_{name} is {value!r}; give this node's IPv4 address, not its name")
        return value

    def choice(self, name: str, *allowed: str) -> str:
        value = self.text(name, allowed[0])
        if value not in allowed:
            self.problems.append(f"KUBEYARD_{name} is {value!r}; give one of {', '.join(allowed)}")
        return value


def read(environment: Mapping[str, str]) -> Settings:
    """Read the settings; raises SettingsRefused with every one that is missing or wrong."""
    reader = _Reader(environment)
    homes = (reader.text("SPARK_HOME"), *reader.words("SPARK_HOMES", ""))
    settings = Settings(
        address=reader.address("EDGE_ADDRESS"),
        api_port=reader.port("API_PORT", 5000),
        gateway_port=reader.port("GATEWAY_PORT", 8888),
        response_port=reader.port("GATEWAY_RESPONSE_PORT", 8877),
        tls=reader.flag("EDGE_TLS"),
        issuer=reader.url("ISSUER"),
        conf_dir=Path(reader.text("HADOOP_CONF_DIR")),
        spark_homes=tuple(Path(home) for home in homes),
        spark_version=reader.text("API_SPARK_VERSION", "4.0"),
        further_spark_versions=reader.words("API_SPARK_VERSIONS", ""),
        java_home=reader.text("JAVA_HOME", ""),
        rm_urls=reader.urls("RM_URLS"),
        history_url=reader.url("HISTORY_URL"),
        httpfs_url=reader.url("HTTPFS_URL").removesuffix("/webhdfs/v1"),
        hadoop_ca_file=reader.text("HADOOP_CA_FILE", ""),
        hdfs_uri=reader.text("HDFS_URI"),
        hdfs_root=reader.text("HDFS_ROOT", "/kubeyard"),
        hdfs_shared=reader.text("HDFS_SHARED", "/shared"),
        service_user=reader.text("SERVICE_USER", "kubeyard"),
        queue=reader.text("API_DEFAULT_QUEUE", "interactive"),
        submission=reader.choice("GATEWAY_SUBMISSION", "rest", "spark-submit"),
    )
    if reader.problems:
        raise SettingsRefused("\n".join(reader.problems))
    return settings
