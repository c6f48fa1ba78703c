"""A ResourceManager and an HttpFS that say what a test wants, and containers that do what it wants.

The gateway and what it submits are real; nothing runs but what the test does in a container's place.
"""

import base64
import itertools
import json
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import zmq
from kubeyard_kernelspecs import write_kernelspec
from kubeyard_yarn.quoting import unpack

from harness.gateway import GatewayProcess, Gateways, gateway_python
from harness.kernelspecs import kernelspec
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json

RUNTIME_FILES = ("__spark_conf__.zip", "launcher.zip", "pyspark.zip", "relay.py")
# In the gateway's environment, which has what seals a report: the launcher's own code.
_REPORT = (
    "import json, sys; from kubeyard_kernelspecs.launcher import launch, report; "
    "report.send(launch.Launch(**json.loads(sys.argv[1])), json.loads(sys.argv[2]))"
)
SPEC = kernelspec("kubeyard.spark", public=True)
# Is given the number of the submission from 1 on, and what the gateway told the container.
Container = Callable[[int, dict[str, Any]], None]


class ScriptedYarn:
    """The script of a ScriptedServer; each submission runs `container` in a thread."""

    def __init__(self) -> None:
        self._container: Container = lambda number, told: None
        self._submissions = 0
        self._numbers = itertools.count(1)
        self._rows: dict[str, dict[str, Any]] = {}
        # Cleared, nobody gets an answer.
        self.answers = threading.Event()
        self.answers.set()
        self.held = threading.Semaphore(0)

    @property
    def applications(self) -> list[dict[str, Any]]:
        """All that were submitted, in their order."""
        return list(self._rows.values())

    def runs(self, container: Container) -> None:
        """From now on containers do this, and are numbered anew; what ran before is forgotten."""
        self._container, self._submissions = container, 0
        self._rows.clear()

    def __call__(self, asked: Asked) -> Answer:
        if not self.answers.is_set():
            self.held.release()
            self.answers.wait(60)
        if asked.path.startswith("/webhdfs/v1"):
            return _files(asked)
        return self._manager(asked, asked.path.removeprefix("/ws/v1/cluster"))

    def _manager(self, asked: Asked, path: str) -> Answer:
        match asked.method, path.removeprefix("/apps").strip("/").split("/"):
            case "POST", ["new-application"]:
                ident = f"application_1_{next(self._numbers):04d}"
                self._rows[ident] = {}
                return as_json({"application-id": ident})
            case "POST", [""]:
                return self._submitted(json.loads(asked.body))
            case "PUT", [ident, "state"]:
                self._rows[ident] |= {"state": "KILLED", "finalStatus": "KILLED"}
                return as_json({"state": "KILLED"})
            case "GET", [""]:
                states = asked.params.get("states", "").split(",")
                return as_json(
                    {"apps": {"app": [row for row in self.applications if row.get("state") in states]}}
                )
            case "GET", [ident] if ident in self._rows:
                return as_json({"app": self._rows[ident]})
            case "GET", ["info"]:
                return as_json({"clusterInfo": {"state": "STARTED", "haState": "ACTIVE"}})
            case "GET", [_]:
                return as_json({"RemoteException": {"exception": "NotFoundException"}}, 404)
        return as_json({})

    def _submitted(self, context: dict[str, Any]) -> Answer:
        ident = context["application-id"]
        tags = ",".join(context["application-tags"]["tag"])
        self._rows[ident] |= {"id": ident, "state": "RUNNING", "user": "ada", "applicationTags": tags}
        entries = context["am-container-spec"]["environment"]["entry"]
        environment = {each["key"]: each["value"] for each in entries}
        # Of each of Spark's properties its name and its value, escaped as Java reads them.
        self._rows[ident]["properties"] = dict(
            line.split("=", 1)
            for line in base64.b64decode(environment["KUBEYARD_SPARK_PROPERTIES"]).decode().splitlines()
        )
        told = unpack(environment["KUBEYARD_KERNEL"])
        self._submissions += 1
        threading.Thread(target=self._container, args=(self._submissions, told), daemon=True).start()
        return Answer(status=202)


def _files(asked: Asked) -> Answer:
    """A runtime that is published already."""
    status = {"type": "FILE", "length": 1, "modificationTime": 1, "permission": "644"}
    if asked.params["op"] == "GETFILESTATUS":
        return as_json({"FileStatus": {**status, "pathSuffix": ""}})
    found = [{**status, "pathSuffix": name} for name in RUNTIME_FILES]
    return as_json(
        {
            "DirectoryListing": {
                "partialListing": {"FileStatuses": {"FileStatus": found}},
                "remainingEntries": 0,
            }
        }
    )


def report(told: dict[str, Any], content: dict[str, Any]) -> None:
    """Report to the gateway as the launcher does, from the container that was told `told`."""
    keys = {"curve_key": zmq.curve_keypair()[0].decode()} if told["curve_key"] else {}
    words = (json.dumps(told), json.dumps(keys | content))
    with suppress(subprocess.TimeoutExpired):
        subprocess.run((gateway_python(), "-c", _REPORT, *words), check=False, timeout=60)


def connection(key: str = "key") -> dict[str, Any]:
    """A kernel's report; nobody listens on these ports."""
    ports = dict.fromkeys(
        ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port", "comm_port"), 9
    )
    return {"transport": "tcp", "ip": "127.0.0.1", "signature_scheme": "hmac-sha256", "key": key, **ports}


@contextmanager
def gateway_before(
    yarn: ScriptedYarn, start_gateway: Gateways, folder: Path, **settings: str
) -> Iterator[GatewayProcess]:
    """A gateway before the scripted cluster, with SPEC among its kernelspecs; `folder` holds Spark's."""
    with ScriptedServer(yarn) as server:
        here = {"KUBEYARD_RM_URLS": server.url, "KUBEYARD_HTTPFS_URL": server.url}
        # Nobody is there to be stopped in peace.
        brief = {"KUBEYARD_GATEWAY_STOP_TIMEOUT_SECONDS": "1"}
        process = start_gateway(**here, **spark_folders(folder), **(brief | settings))
        write_kernelspec(process.folder / "kernelspecs", SPEC)
        try:
            yield process
        finally:
            yarn.answers.set()
            process.stop()


def spark_folders(folder: Path) -> dict[str, str]:
    """Make what a runtime is named by, and return the settings that say where it lies."""
    library, conf = folder / "spark" / "python" / "lib", folder / "conf"
    for each in (library, conf):
        each.mkdir(parents=True, exist_ok=True)
    for name in ("pyspark.zip", "py4j-0-src.zip"):
        with zipfile.ZipFile(library / name, "w") as archive:
            archive.writestr("empty.py", "")
    (conf / "core-site.xml").write_text("<configuration/>")
    return {"KUBEYARD_SPARK_HOME": str(folder / "spark"), "KUBEYARD_HADOOP_CONF_DIR": str(conf)}
