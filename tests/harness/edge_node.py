"""An edge node of the tests' own: deployment_yarn_docker.sh with settings, project and ports of its own."""

import os
import resource
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from harness.free_address import free_address
from harness.gateway import KernelClient
from harness.issuer import ISSUER, Issuer
from harness.platform import Platform

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "deployment_yarn_docker.sh"
IMAGES = ("kubeyard/api-server:0.1.0", "kubeyard/gateway:0.1.0")
START_SECONDS = 600
# What an edge node takes over from the platform that tests boot: where its Hadoop is.
OF_HADOOP = ("HADOOP_CONF_DIR", "SPARK_HOME", "JAVA_HOME", "RM_URLS", "HISTORY_URL", "HTTPFS_URL", "HDFS_URI")


def podman(*arguments: str, timeout_seconds: float = 120) -> str:
    """Run podman, which must succeed, and return what it says."""
    command = ["podman", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=timeout_seconds
    ).stdout.strip()


def missing() -> str:
    """Return what lacks for containers on this machine; empty when they can run."""
    if not shutil.which("podman") or not shutil.which("podman-compose"):
        return "podman or podman-compose is missing: apt-get install podman; pip install podman-compose"
    for image in IMAGES:
        if subprocess.run(["podman", "image", "exists", image], check=False, timeout=60).returncode:
            return f"the image {image} is not there: bash deployment_yarn_docker.sh build"
    return ""


@dataclass(frozen=True)
class EdgeNode:
    """The containers of one project; `folder` holds its settings."""

    folder: Path
    project: str
    ports: Mapping[str, int]
    issuer: Issuer

    @classmethod
    def beside(cls, platform: Platform, folder: Path, **other: str) -> "EdgeNode":
        """Write a node's settings, in front of the platform's Hadoop; `other` ones count more."""
        names = ("API_PORT", "GATEWAY_PORT", "GATEWAY_RESPONSE_PORT")
        ports = {name: int(free_address().rpartition(":")[2]) for name in names}
        # Two nodes of one test run differ by their ports.
        project = f"kubeyard-test-{os.getpid()}-{ports['API_PORT']}"
        node = cls(folder, project, ports, Issuer(folder / "web.json"))
        _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
        values = {
            "EDGE_ADDRESS": "127.0.0.1",
            "EDGE_TLS": "1",
            "EDGE_PROJECT": node.project,
            "ISSUER": ISSUER,
            # One DataNode holds one copy.
            "API_ARCHIVE_REPLICATION": "1",
            "GATEWAY_SPARES": "0",
            # They take YARN half a minute and more, and are tested with the runtime that they belong to.
            "GATEWAY_CLASS_ARCHIVES": "0",
            "GATEWAY_FILES": str(min(most_files, 65536)),
            **{name: platform.environment[f"KUBEYARD_{name}"] for name in OF_HADOOP},
            **{name: str(port) for name, port in ports.items()},
            **other,
        }
        node.add_settings(**values)
        return node

    def add_settings(self, **values: str) -> None:
        """Write further settings, of which the last of a name counts."""
        with self.settings.open("a") as file:
            file.writelines(f"KUBEYARD_{name}={value}\n" for name, value in values.items())

    @property
    def settings(self) -> Path:
        return self.folder / "edge.env"

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.crt"

    def run(self, *arguments: str, given: bytes | None = None) -> str:
        """Run a command of the script, which must succeed, and return what it says."""
        done = self.attempt(*arguments, given=given)
        assert done.returncode == 0, f"{' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def attempt(self, *arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of the script."""
        chosen = {"KUBEYARD_EDGE_SETTINGS": str(self.settings), "KUBEYARD_EDGE_ENGINE": "podman"}
        done = subprocess.run(
            ["bash", str(SCRIPT), *arguments],
            env={**os.environ, **chosen},
            input=given or b"",
            capture_output=True,
            timeout=START_SECONDS,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")
        )

    def container(self, service: str) -> str:
        """Return the id of a service's container."""
        labels = {"project": self.project, "service": service}
        options = [f"--filter=label=com.docker.compose.{name}={value}" for name, value in labels.items()]
        return podman("ps", "--all", "--quiet", "--no-trunc", *options)

    def url(self, port: str) -> str:
        return f"https://127.0.0.1:{self.ports[port]}"

    def hand_over_keys(self) -> str:
        """Give the web UI's public keys to the node, as an operator does."""
        return self.run("keys", "-", given=self.issuer.jwks_file.read_bytes())

    def know_its_authority(self) -> None:
        """Take the authority's certificate out of what Kubernetes must be told."""
        told = self.run("kubernetes").partition("    ca: |\n")[2]
        lines = [line[6:] for line in told.splitlines() if line.startswith("      ")]
        self.ca_file.write_text("\n".join(lines) + "\n")

    def environments(self) -> list[str]:
        """Return the kernelspecs that ada is shown by the API server, which knows the web UI's keys."""
        headers = {"Authorization": f"Bearer {self.issuer.token('ada')}"}
        url = f"{self.url('API_PORT')}/api/v1/environments"
        answer = requests.get(url, headers=headers, timeout=20, verify=str(self.ca_file))
        assert answer.status_code == 200, answer.text
        return [f"{row['owner']}.{row['name']}" for row in answer.json()["environments"]]

    def gateway(self, name: str) -> KernelClient:
        """Return the gateway's API as this person."""
        return KernelClient(self.url("GATEWAY_PORT"), self.issuer.token(name), str(self.ca_file))
