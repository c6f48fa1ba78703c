"""A gateway beside the platform's, with the settings that a block measures, and to be killed."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import requests
from kubeyard_kernelspecs import KernelSpec, spec_from_metadata, write_kernelspec
from kubeyard_yarn.applications import ACTIVE_STATES
from kubeyard_yarn.homes import ensure_home
from kubeyard_yarn.httpfs import HttpFs
from kubeyard_yarn.resource_manager import ResourceManager

from measuring import our_gateway
from measuring.addresses import free_port
from measuring.documents import kernelspec_document
from measuring.gateway_client import Gateway, MeasurementError
from measuring.kernels import Subject
from measuring.running_platform import RunningPlatform

_START_SECONDS = 120
_LOOK_EVERY_SECONDS = 0.01


class OwnGateway:
    """`python -m kubeyard_gateway` of the platform's own environment."""

    def __init__(self, platform: RunningPlatform, folder: Path, settings: Mapping[str, str]) -> None:
        self._platform = platform
        self._folder = folder
        self.url = f"http://127.0.0.1:{free_port()}"
        self._process: subprocess.Popen[bytes] | None = None
        own = {
            "PATH": platform.environment["PATH"],
            "KUBEYARD_GATEWAY_BIND": self.url.removeprefix("http://"),
            "KUBEYARD_GATEWAY_RESPONSE": f"127.0.0.1:{free_port()}",
            "KUBEYARD_GATEWAY_STATE_DIR": str(folder / "state"),
        }
        known = {name: text for name, text in platform.environment.items() if name.startswith("KUBEYARD_")}
        self._environment = {**known, **own, **settings}

    def start(self) -> float:
        """Start it and return the seconds until it serves."""
        began = time.monotonic()
        with (self._folder / "gateway.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._platform.home / "venvs/gateway/bin/python", "-m", "kubeyard_gateway"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
        while not self._serves():
            if self._process.poll() is not None or time.monotonic() - began > _START_SECONDS:
                told = (self._folder / "gateway.log").read_text()[-3000:]
                raise MeasurementError(f"the gateway did not start:\n{told}")
            time.sleep(_LOOK_EVERY_SECONDS)
        return time.monotonic() - began

    def end(self, signum: signal.Signals = signal.SIGTERM) -> None:
        """End it by a signal."""
        if self._process is not None:
            self._process.send_signal(signum)
            self._process.wait(timeout=60)
            self._process = None

    @property
    def process(self) -> psutil.Process:
        """The process that runs now."""
        if self._process is None:
            raise MeasurementError("the gateway does not run")
        return psutil.Process(self._process.pid)

    def client(self, user: str = "guest") -> Gateway:
        """The gateway as `user`, whose home in HDFS is made."""
        ensure_home(HttpFs(self._platform.url("HTTPFS"), "kubeyard").as_service(), user)
        return our_gateway.client(self._platform, self.url, user)

    def end_applications(self, manager: ResourceManager) -> None:
        """End what it has left in YARN; one that never came up has left nothing."""
        instance = self._folder / "state" / "instance"
        if not instance.exists():
            return
        for application in manager.applications(
            ACTIVE_STATES, tags=[f"gateway:{instance.read_text().strip()}"]
        ):
            manager.kill(application.id)

    def _serves(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False


@contextmanager
def gateway(platform: RunningPlatform, **settings: str) -> Iterator[OwnGateway]:
    """Run one for as long as the block lasts; what it leaves in YARN is ended."""
    folder = Path(tempfile.mkdtemp(prefix="benchmark-gateway-", dir=platform.home))
    own = OwnGateway(platform, folder, settings)
    manager = ResourceManager([platform.url("RM")], "kubeyard")
    try:
        own.start()
        yield own
    finally:
        own.end()
        own.end_applications(manager)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def subject(platform: RunningPlatform, **settings: str) -> Iterator[Subject]:
    """Such a gateway without spares, as guest."""
    with gateway(platform, **{"KUBEYARD_GATEWAY_SPARES": "0", **settings}) as own:
        yield Subject(own.client(), our_gateway.KERNELSPEC, {}, "spark")


def small_kernelspecs(platform: RunningPlatform, folder: Path, memory_mb: int) -> KernelSpec:
    """Write the platform's kernelspec with smaller containers into `folder`, and return it."""
    found = spec_from_metadata(kernelspec_document(platform)["metadata"])
    if found is None:
        raise MeasurementError("the platform's kernelspec does not say what to submit")
    small = replace(found, driver_memory_mb=memory_mb, executor_memory_mb=memory_mb, executors=1)
    write_kernelspec(folder, small)
    return small
