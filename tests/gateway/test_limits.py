"""What people and groups may hold, and the words of a refusal; what is held is scripted."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.gateway import GatewayProcess, Gateways, gateway_python
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from harness.waiting import wait_until

pytestmark = pytest.mark.slow
TEAM = "the data platform team"


class Cluster:
    """A ResourceManager that runs what a test says."""

    def __init__(self) -> None:
        self.running: list[dict[str, Any]] = []

    def answer(self, asked: Asked) -> Answer:
        return as_json({"apps": {"app": self.running}} if asked.path.endswith("/apps") else {})

    def runs(self, user: str, count: int = 1, memory_mb: int = 1000, cores: int = 1, tags: str = "") -> None:
        for _ in range(count):
            number = len(self.running) + 1
            tag_list = f"kubeyard,user:{user},kernel:{number:08d}-0000-4000-8000-000000000000{tags}"
            row = {"id": f"application_1_{number:04d}", "name": "Penguins", "user": user, "state": "RUNNING"}
            held = {"allocatedMB": memory_mb, "allocatedVCores": cores, "startedTime": 1790000000000}
            self.running.append({**row, **held, "applicationTags": tag_list})


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def limits(tmp_path: Path) -> Path:
    """The file of limits, empty before a test writes it."""
    file = tmp_path / "limits.json"
    file.write_text("{}")
    return file


@pytest.fixture
def gateway(start_gateway: Gateways, cluster: Cluster, limits: Path) -> Iterator[GatewayProcess]:
    with ScriptedServer(cluster.answer) as server:
        process = start_gateway(KUBEYARD_RM_URLS=server.url, KUBEYARD_GATEWAY_LIMITS_FILE=str(limits))
        yield process
        process.stop()


def write(limits: Path, **content: Any) -> None:
    limits.write_text(json.dumps({"set_by": TEAM, **content}))


def refusal(gateway: GatewayProcess, name: str, *groups: str) -> str:
    """Try to start a kernel; return the words of the refusal, empty when it starts."""
    client = gateway.client(name, groups=list(groups))
    answer = client.send("POST", "/api/kernels", {"name": "kubeyard.local"})
    if answer.status_code == 201:
        client.send("DELETE", f"/api/kernels/{answer.json()['id']}")
        return ""
    assert answer.status_code == 403, answer.text
    return str(answer.json()["message"])


def test_without_limits_nobody_is_asked_what_is_held(gateway: GatewayProcess, cluster: Cluster) -> None:
    cluster.runs("ada", 50)
    assert refusal(gateway, "ada") == ""


def test_a_refusal_names_the_limit_who_set_it_and_what_to_stop(
    gateway: GatewayProcess, cluster: Cluster, limits: Path
) -> None:
    write(limits, everyone={"kernels": 2})
    cluster.runs("ada", 2)
    cluster.runs("bob", 1)
    assert refusal(gateway, "bob") == ""
    said = refusal(gateway, "ada")
    assert "you hold 2 kernels, and the limit is 2 kernels" in said
    assert f"(everyone.kernels, set by {TEAM})" in said
    assert "Stop one of yours first: Penguins (kernel 00000001" in said
    assert "00000002" in said
    assert "00000003" not in said


def test_memory_and_cores_count_what_yarn_gave(
    gateway: GatewayProcess, cluster: Cluster, limits: Path
) -> None:
    cluster.runs("ada", 1, memory_mb=4000, cores=6)
    cluster.runs("ada", 1, memory_mb=1500, cores=1)
    write(limits, everyone={"memory_mb": 5500, "cores": 7})
    assert refusal(gateway, "ada") == ""
    write(limits, everyone={"memory_mb": 5499})
    said = refusal(gateway, "ada")
    assert "you hold 5,500 MB" in said
    assert said.index("00000001") < said.index("00000002"), "the largest is named first"
    write(limits, everyone={"cores": 6})
    assert "you hold 7 cores" in refusal(gateway, "ada")


def test_ones_own_limit_beats_ones_groups_and_those_beat_everyones(
    gateway: GatewayProcess, cluster: Cluster, limits: Path
) -> None:
    cluster.runs("ada", 3)
    rules: dict[str, Any] = {"everyone": {"kernels": 1}}
    write(limits, **rules)
    assert "everyone.kernels" in refusal(gateway, "ada", "small", "large")
    rules["groups"] = {"small": {"each": {"kernels": 2}}, "large": {"each": {"kernels": 4}}}
    write(limits, **rules)
    assert refusal(gateway, "ada", "small", "large") == ""
    assert "groups.small.each.kernels" in refusal(gateway, "ada", "small")
    rules["users"] = {"ada": {"kernels": 3}}
    write(limits, **rules)
    assert "users.ada.kernels" in refusal(gateway, "ada", "small", "large")


def test_a_group_shares_its_limit_and_is_told_who_holds_what(
    gateway: GatewayProcess, cluster: Cluster, limits: Path
) -> None:
    write(limits, groups={"students": {"together": {"kernels": 3}}})
    for name in ("ada", "bob"):
        assert refusal(gateway, name, "students") == ""
    cluster.runs("bob", 2)
    cluster.runs("eve", 5)
    assert refusal(gateway, "ada", "students") == ""
    cluster.runs("ada", 1)
    said = refusal(gateway, "ada", "students")
    assert (
        "group students holds 3 kernels, and the limit is 3 kernels (groups.students.together.kernels" in said
    )
    assert "The others hold: bob 2 kernels." in said
    assert "Stop one of yours first: Penguins (kernel 00000008" in said
    # Whoever holds nothing has nothing to stop.
    assert "None of them is yours." in refusal(gateway, "carol", "students")
    # Somebody outside is not concerned.
    assert refusal(gateway, "eve") == ""


def test_a_group_is_still_known_after_a_restart_of_the_gateway(
    gateway: GatewayProcess, cluster: Cluster, limits: Path
) -> None:
    write(limits, groups={"students": {"together": {"kernels": 2}}})
    assert refusal(gateway, "bob", "students") == ""
    cluster.runs("bob", 2)
    gateway.stop()
    gateway.start()
    assert "The others hold: bob 2 kernels." in refusal(gateway, "ada", "students")


def test_what_waits_for_its_container_counts_as_a_kernel(
    gateway: GatewayProcess, cluster: Cluster, limits: Path
) -> None:
    write(limits, everyone={"kernels": 1})
    cluster.runs("ada", 1, memory_mb=-1, cores=-1)
    assert "you hold 1 kernel, and the limit is 1 kernel" in refusal(gateway, "ada")


def test_other_applications_of_a_person_are_no_kernels(
    gateway: GatewayProcess, cluster: Cluster, limits: Path
) -> None:
    write(limits, everyone={"kernels": 1})
    cluster.runs("ada", 1)
    cluster.running[0]["applicationTags"] = "kubeyard,user:ada"
    assert refusal(gateway, "ada") == ""


def test_a_file_that_breaks_keeps_the_last_good_limits(
    gateway: GatewayProcess, cluster: Cluster, limits: Path
) -> None:
    write(limits, everyone={"kernels": 1})
    cluster.runs("ada", 1)
    assert "limit is 1 kernel" in refusal(gateway, "ada")
    limits.write_text('{"everyone": {"kernels": ')
    assert "limit is 1 kernel" in refusal(gateway, "ada")
    wait_until(lambda: "limits_not_read" in gateway.log.read_text(), "the log says so")
    write(limits, everyone={"kernels": 2})
    assert refusal(gateway, "ada") == ""


def test_while_nobody_can_tell_what_is_held_nothing_is_let_in(start_gateway: Gateways, limits: Path) -> None:
    write(limits, everyone={"kernels": 1})
    gateway = start_gateway(KUBEYARD_GATEWAY_LIMITS_FILE=str(limits))
    answer = gateway.client("ada").send("POST", "/api/kernels", {"name": "kubeyard.local"})
    assert answer.status_code == 503
    assert "nobody can tell now whether your limits leave room" in answer.json()["message"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "limits.json"),
        ('{"everyone": {"kernels": -1}}', "everyone.kernels"),
        ('{"everybody": {"kernels": 1}}', "everybody"),
        (None, "limits.json"),
    ],
)
def test_a_gateway_does_not_start_with_limits_that_cannot_be_read(
    gateway: GatewayProcess, limits: Path, content: str | None, told: str
) -> None:
    if content is None:
        limits.unlink()
    else:
        limits.write_text(content)
    done = subprocess.run(
        (gateway_python(), "-m", "kubeyard_gateway"),
        env={**os.environ, **gateway.environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("KUBEYARD_GATEWAY_LIMITS_FILE: ")
    assert told in done.stderr
