"""The gateway as a service: settings, ports, health, its end."""

import json
import subprocess
from pathlib import Path

import pytest
from harness.gateway import GatewayProcess, Gateways, gateway_python
from harness.waiting import wait_until

pytestmark = pytest.mark.slow

NOBODYS = "00000000-0000-4000-8000-000000000001"


def run_with(environment: dict[str, str], **changed: str) -> subprocess.CompletedProcess[str]:
    command = (gateway_python(), "-m", "kubeyard_gateway")
    settings = environment | changed
    return subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("KUBEYARD_GATEWAY_BIND", "everywhere", "write it as 127.0.0.1:8888"),
        ("KUBEYARD_GATEWAY_RESPONSE", "0.0.0.0:8877", "give this machine's own address"),
        ("KUBEYARD_SPARK_HOME", "/no/such/folder", "is no folder"),
        ("KUBEYARD_LOG_LEVEL", "LOUD", "DEBUG"),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_starts(
    gateway: GatewayProcess, name: str, value: str, told: str
) -> None:
    ended = run_with(gateway.environment, **{name: value})
    assert ended.returncode == 2
    assert name in ended.stderr
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_missing_setting_is_named(gateway: GatewayProcess) -> None:
    environment = {k: v for k, v in gateway.environment.items() if k != "KUBEYARD_JWKS_FILE"}
    ended = run_with(environment)
    assert (ended.returncode, "KUBEYARD_JWKS_FILE" in ended.stderr) == (2, True)


def test_a_taken_report_port_is_told(gateway: GatewayProcess, tmp_path: Path) -> None:
    ended = run_with(gateway.environment, KUBEYARD_GATEWAY_STATE_DIR=str(tmp_path / "state"))
    assert ended.returncode == 1
    assert "Address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_it_is_alive_and_counts(gateway: GatewayProcess) -> None:
    alive = gateway.send("GET", "/healthz").json()
    assert alive["status"] == "ok"
    assert set(alive) == {"status", "version"}
    assert "kubeyard_gateway_kernels" in gateway.send("GET", "/metrics").text


def test_it_is_not_ready_without_hadoop_and_says_why(gateway: GatewayProcess) -> None:
    answer = gateway.send("GET", "/readyz")
    assert answer.status_code == 503
    checks = answer.json()["checks"]
    assert "ResourceManager" in checks["resourcemanager"]
    assert checks["keys"] == "ok"


def test_its_end_ends_its_kernels(start_gateway: Gateways) -> None:
    gateway = start_gateway()
    ada = gateway.client("ada")
    kernel_id = ada.start("kubeyard.local")
    with ada.connect(kernel_id) as channel:
        pid = int(channel.run("import os; os.getpid()"))
    assert gateway.stop() == 0
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the kernel's process is gone")
    assert not list((gateway.folder / "state" / "kernel_sessions").glob("*.json"))


def test_every_line_of_its_log_is_an_object(start_gateway: Gateways) -> None:
    gateway = start_gateway()
    gateway.client("ada").send("GET", "/api/kernels")
    lines = gateway.log.read_text().splitlines()
    assert lines
    assert [line for line in lines if not (line.startswith("{") and line.endswith("}"))] == []


def test_other_programs_settings_do_not_reach_it(start_gateway: Gateways) -> None:
    # Enterprise Gateway below would refuse ada her kernel by it.
    gateway = start_gateway(EG_AUTHORIZED_USERS="bob")
    assert gateway.client("ada").start("kubeyard.local")


def test_a_record_that_cannot_be_taken_up_costs_that_kernel_only(start_gateway: Gateways) -> None:
    gateway = start_gateway()
    kernel_id = gateway.client("ada").start("kubeyard.local")
    sessions = gateway.folder / "state" / "kernel_sessions"
    lost = json.loads((sessions / f"{kernel_id}.json").read_text())
    assert gateway.stop() == 0
    record = lost[kernel_id] | {"kernel_name": "ada.deleted", "kernel_id": NOBODYS}
    (sessions / f"{NOBODYS}.json").write_text(json.dumps({NOBODYS: record}))
    gateway.start()
    assert gateway.client("ada").kernel_ids() == []
    assert not list(sessions.glob("*.json"))
    assert gateway.client("ada").start("kubeyard.local")


def test_what_a_kill_left_of_a_record_is_removed(start_gateway: Gateways) -> None:
    gateway = start_gateway()
    assert gateway.stop() == 0
    left = [gateway.folder / "state" / folder / ".one.json.draft" for folder in ("kernel_sessions", "spares")]
    for draft in left:
        draft.parent.mkdir(exist_ok=True)
        draft.write_text('{"key": "half')
    gateway.start()
    assert not [draft for draft in left if draft.exists()]


def test_a_document_that_cannot_be_written_costs_no_answer_and_leaves_no_draft(
    start_gateway: Gateways,
) -> None:
    gateway = start_gateway()
    document = gateway.folder / "state" / "roles.json"
    document.mkdir()
    assert gateway.client("ada").kernel_ids() == []
    events = [json.loads(line) for line in gateway.log.read_text().splitlines()]
    (told,) = [event for event in events if event["event"] == "document_not_written"]
    assert told["file"] == str(document)
    assert not list(document.parent.glob(".*"))
