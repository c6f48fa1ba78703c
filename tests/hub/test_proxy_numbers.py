"""The proxy's own numbers, which it tells on another port if the chart lets Prometheus ask."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from harness.free_address import free_address
from harness.platform import Platform
from harness.waiting import wait_until

pytestmark = pytest.mark.daemons
SERVE = Path(__file__).parents[2] / "kubernetes/hub/proxy/serve.sh"


@contextmanager
def proxy(platform: Platform, folder: Path, *arguments: str) -> Iterator[str]:
    """The address of a proxy as its image starts it, beside the packages that the platform has installed."""
    address, api = free_address(), free_address()
    (folder / "serve.sh").write_text(serving_at(address, api))
    (folder / "node_modules").symlink_to(platform.home / "proxy" / "node_modules")
    (folder / "token").write_text(secrets.token_hex(32))
    environment = {
        "PATH": f"{platform.home / 'proxy'}:{os.environ['PATH']}",
        "KUBEYARD_HUB_PROXY_TOKEN_FILE": str(folder / "token"),
        "KUBEYARD_HUB_CONNECT_URL": "http://127.0.0.1:9",
    }
    command = ["sh", str(folder / "serve.sh"), *arguments]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_until(lambda: answers(address) or process.poll() is not None, "the proxy answers", 60)
        assert process.poll() is None, (folder / "log").read_text()
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def serving_at(address: str, api: str) -> str:
    """The image's program with addresses of this machine; of the same option given twice, neither counts."""
    program = SERVE.read_text()
    for server, fixed, where in (("", 8000, address), ("api-", 8001, api)):
        ip, _, port = where.partition(":")
        changed = program.replace(
            f" --{server}ip= --{server}port={fixed}", f" --{server}ip={ip} --{server}port={port}"
        )
        assert changed != program
        program = changed
    return program


def answers(address: str) -> bool:
    try:
        return requests.get(f"http://{address}/_chp_healthz", timeout=2).ok
    except requests.RequestException:
        return False


def test_numbers_are_told_on_a_port_of_their_own(platform: Platform, tmp_path: Path) -> None:
    numbers = free_address()
    with proxy(platform, tmp_path, f"--metrics-port={numbers.rpartition(':')[2]}") as url:
        requests.get(f"{url}/hub/", timeout=10)
        told = requests.get(f"http://{numbers}/metrics", timeout=10)
        assert told.status_code == 200
        assert "\nrequests_web 1\n" in told.text
        assert "requests_web" not in requests.get(f"{url}/metrics", timeout=10).text


def test_without_that_port_nobody_is_told(platform: Platform, tmp_path: Path) -> None:
    with proxy(platform, tmp_path) as url:
        assert "requests_web" not in requests.get(f"{url}/metrics", timeout=10).text
        assert "Serve metrics" not in (tmp_path / "log").read_text()
