"""`python -m kubeyard_api`: a real process, from the empty database to its end."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import requests
from harness.api_server import NOWHERE
from harness.issuer import ISSUER, Issuer
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from harness.waiting import wait_until
from kubeyard_client.client import KubeyardClient
from kubeyard_client.errors import ApiUnreachable

pytestmark = pytest.mark.slow

SECRET = "sesame-open"


@pytest.fixture
def environment(tmp_path: Path, issuer: Issuer) -> dict[str, str]:
    """Return the environment of a server on a free port, its cluster out of reach."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    return {
        "PATH": os.environ["PATH"],
        "KUBEYARD_ISSUER": ISSUER,
        "KUBEYARD_JWKS_FILE": str(issuer.jwks_file),
        "KUBEYARD_API_BIND": f"127.0.0.1:{port}",
        "KUBEYARD_API_DATABASE_URL": f"sqlite:///{tmp_path / 'api.db'}",
        "KUBEYARD_API_BUILDS_DIR": str(tmp_path / "builds"),
        "KUBEYARD_KERNELSPECS_DIR": str(tmp_path / "kernelspecs"),
        "KUBEYARD_RM_URLS": NOWHERE,
        "KUBEYARD_HISTORY_URL": NOWHERE,
        "KUBEYARD_HTTPFS_URL": NOWHERE,
        "KUBEYARD_GATEWAY_URL": NOWHERE,
    }


class SlowGateway:
    """A gateway without kernels, which says so as late as a test wants."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()
        self.server = ScriptedServer(self._answer)

    def _answer(self, _asked: Asked) -> Answer:
        self.may_answer.wait(60)
        return as_json([])


@pytest.fixture
def slow_gateway(environment: dict[str, str]) -> Iterator[SlowGateway]:
    """Return the gateway that the environment's server asks."""
    gateway = SlowGateway()
    with gateway.server:
        environment["KUBEYARD_GATEWAY_URL"] = gateway.server.url
        yield gateway
        gateway.may_answer.set()


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kubeyard_api", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def served(environment: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Return the process of a server on a migrated database."""
    assert _run(environment, "migrate").returncode == 0
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "kubeyard_api", "serve"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    yield process
    if process.poll() is None:
        process.kill()
    process.wait(timeout=10)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


def test_server_serves_mirrors_and_stops(
    environment: dict[str, str], served: subprocess.Popen[bytes], issuer: Issuer, tmp_path: Path
) -> None:
    url = f"http://{environment['KUBEYARD_API_BIND']}"
    wait_until(lambda: _answers(url), "the server answers", timeout_seconds=60)
    token = issuer.token("ada")
    client = KubeyardClient(url, lambda: token)
    wait_until(lambda: NOWHERE in client.show_cluster().reason, "the mirror has asked the cluster")
    assert client.list_applications().applications == ()
    ready = requests.get(f"{url}/readyz", timeout=10)
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert {"name": "cluster", "ready": False}.items() <= ready.json()["dependencies"][1].items()
    with closing(client.stream_events()) as stream:
        assert next(stream) is None
        served.send_signal(signal.SIGTERM)
        # It ends, though the token has not: one that was cut off would raise.
        assert all(change is None or change.owners == () for change in stream)
    assert served.wait(timeout=60) == 0
    with pytest.raises(ApiUnreachable):
        client.show_cluster()
    log = (tmp_path / "log").read_text()
    assert token not in log
    assert '"event": "request"' in log
    assert '"user": "ada"' in log


def test_a_request_in_flight_is_answered_by_a_server_that_stops(
    environment: dict[str, str], slow_gateway: SlowGateway, served: subprocess.Popen[bytes], issuer: Issuer
) -> None:
    url = f"http://{environment['KUBEYARD_API_BIND']}"
    wait_until(lambda: _answers(url), "the server answers", timeout_seconds=60)
    client = KubeyardClient(url, lambda: issuer.token("ada"))
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(client.list_kernels)
        wait_until(lambda: slow_gateway.server.asked, "the gateway is being asked")
        served.send_signal(signal.SIGTERM)
        wait_until(lambda: not _answers(url), "nobody new is let in")
        slow_gateway.may_answer.set()
        assert asking.result(timeout=60).kernels == ()
    assert served.wait(timeout=60) == 0


def test_server_refuses_a_database_without_its_schema(environment: dict[str, str]) -> None:
    refused = _run(environment, "serve")
    assert refused.returncode == 2
    assert "python -m kubeyard_api migrate" in refused.stderr
    assert "Traceback" not in refused.stderr + refused.stdout


def test_wrong_settings_end_with_their_names_and_no_traceback(environment: dict[str, str]) -> None:
    environment |= {"KUBEYARD_API_BIND": "nowhere"}
    del environment["KUBEYARD_RM_URLS"]
    refused = _run(environment, "serve")
    assert refused.returncode == 2
    assert "KUBEYARD_API_BIND: 'nowhere' must look like 127.0.0.1:5050" in refused.stderr
    assert "KUBEYARD_RM_URLS is not set" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_unreachable_database_is_told_without_its_password(environment: dict[str, str]) -> None:
    environment["KUBEYARD_API_DATABASE_URL"] = f"postgresql://kubeyard:{SECRET}@127.0.0.1:9/kubeyard"
    refused = _run(environment, "serve")
    assert refused.returncode == 2
    assert refused.stderr.startswith("KUBEYARD_API_DATABASE_URL: the database cannot be opened")
    assert SECRET not in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr + refused.stdout


def test_unknown_command_shows_the_known_ones(environment: dict[str, str]) -> None:
    refused = _run(environment, "dance")
    assert refused.returncode == 2
    assert all(command in refused.stderr for command in ("migrate", "serve", "openapi"))


def test_migrate_twice_is_fine(environment: dict[str, str]) -> None:
    assert [_run(environment, "migrate").returncode for _ in range(2)] == [0, 0]
