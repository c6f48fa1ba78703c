"""A trivial cell through JupyterLab's server: as the platform sets it up, and as Jupyter has it."""

import secrets
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
from kubeyard_yarn.resource_manager import ResourceManager

from measuring import our_gateway, own_gateway, stock_gateway
from measuring.addresses import free_port
from measuring.blocks import Bench, Block
from measuring.gateway_client import Gateway, MeasurementError
from measuring.kernels import Subject
from measuring.running_platform import RunningPlatform
from measuring.samples import Samples
from measuring.table import Row, beside, milliseconds

_START_SECONDS = 60


def measure(bench: Bench) -> None:
    """Ours, then stock, each on one kernel."""
    samples = bench.samples
    if not samples.count("lab/ours/round trip"):
        with own_gateway.gateway(bench.platform, KUBEYARD_GATEWAY_SPARES="0") as gateway:
            own = {
                "JUPYTER_GATEWAY_AUTH_TOKEN": our_gateway.token(bench.platform, "guest"),
                "JUPYTER_GATEWAY_AUTH_SCHEME": "Bearer",
            }
            subject = Subject(gateway.client(), "kubeyard.spark", {}, "spark")
            _trips(bench, subject, "ours", own, bench.count)
    if bench.stock_count and not samples.count("lab/stock/round trip"):
        with stock_gateway.subject(bench.platform, bench.cache) as stock:
            # None of our configuration, and none of our classes.
            _trips(bench, stock, "stock", {"JUPYTER_NO_CONFIG": "1"}, bench.stock_count)


def _trips(bench: Bench, subject: Subject, whose: str, settings: Mapping[str, str], count: int) -> None:
    with _server(bench.platform, subject, whose, settings) as server:
        kernel_id = server.start(subject.kernelspec, subject.environment)
        try:
            connection = server.connect(kernel_id)
            connection.run(subject.job)
            bench.samples.add(f"lab/{whose}/round trip", *connection.round_trips(count))
            connection.close()
        finally:
            server.stop(kernel_id)


@contextmanager
def _server(
    platform: RunningPlatform, subject: Subject, whose: str, settings: Mapping[str, str]
) -> Iterator[Gateway]:
    """Jupyter's server of the Labs' environment, in front of the subject's gateway."""
    token, port = secrets.token_hex(16), free_port()
    with TemporaryDirectory(dir=platform.home) as folder:
        environment = {
            "PATH": platform.environment["PATH"],
            "HOME": folder,
            "JUPYTER_TOKEN": token,
            "JUPYTER_GATEWAY_URL": subject.gateway.url,
            "JUPYTER_GATEWAY_REQUEST_TIMEOUT": "300",
            "KERNEL_LAUNCH_TIMEOUT": "300",
            # Jupyter's server sends the gateway its own environment, not that of the request.
            **subject.environment,
            **settings,
        }
        command = [str(platform.home / "venvs/lab/bin/python"), "-m", "jupyter_server", "--allow-root"]
        command += ["--no-browser", f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}"]
        with (Path(folder) / "server.log").open("wb") as log:
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        manager = ResourceManager([platform.url("RM")], "kubeyard")
        server = Gateway(whose, f"http://127.0.0.1:{port}", manager, {"Authorization": f"token {token}"})
        try:
            _wait(server, process, Path(folder) / "server.log")
            yield server
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait(server: Gateway, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            server.ask("GET", "")
        except (requests.RequestException, MeasurementError):
            if process.poll() is not None or time.monotonic() > deadline:
                raise MeasurementError(
                    f"JupyterLab's server did not start:\n{log.read_text()[-3000:]}"
                ) from None
            time.sleep(0.2)
        else:
            return


def rows(samples: Samples) -> list[Row]:
    """The round trip."""
    both = samples.both("lab", "round trip")
    how = f"p50 / p95 of {len(both[0])} and {len(both[1])}, server and client on loopback"
    bar = "p50 <= 8 ms, p95 <= 12 ms"
    return [beside("trivial cell, through JupyterLab's server", milliseconds, both, bar, how)]


BLOCK = Block(measure, rows, count=300, stock_count=100, what="trivial cells through JupyterLab's server")
