"""Limits on what people hold, counted on real YARN."""

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness.gateway import GatewayProcess, Gateways
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_yarn.applications import ACTIVE_STATES

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]


@pytest.fixture
def limits(tmp_path: Path) -> Path:
    file = tmp_path / "limits.json"
    file.write_text("{}")
    return file


@pytest.fixture
def limited(yarn: YarnGateway, start_own: Gateways, limits: Path) -> GatewayProcess:
    """A gateway with the limits of the file, before which ada holds nothing."""
    manager = yarn.resource_manager
    for application in manager.applications(ACTIVE_STATES, tags=["user:ada"]):
        manager.kill(application.id)
    wait_until(lambda: not manager.applications(ACTIVE_STATES, tags=["user:ada"]), "ada holds nothing")
    return start_own(KUBEYARD_GATEWAY_LIMITS_FILE=str(limits))


def ask(
    yarn: YarnGateway, gateway: GatewayProcess, user: str = "ada", *groups: str
) -> tuple[int, dict[str, str]]:
    client = gateway.client(user, groups=list(groups))
    answer = client.send("POST", "/api/kernels", {"name": yarn.spec.name})
    return answer.status_code, answer.json()


def test_of_starts_at_once_as_many_are_let_in_as_the_limit_allows_and_a_restart_forgets_none(
    yarn: YarnGateway, limited: GatewayProcess, limits: Path
) -> None:
    limits.write_text(json.dumps({"everyone": {"kernels": 2}}))
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda _: ask(yarn, limited), range(3)))
    assert sorted(status for status, _ in answers) == [201, 201, 403]
    started = [content["id"] for status, content in answers if status == 201]
    limited.stop(signal.SIGKILL)
    limited.start()
    status, content = ask(yarn, limited)
    assert status == 403
    assert "you hold 2 kernels, and the limit is 2 kernels (everyone.kernels" in content["message"]
    assert all(kernel_id[:8] in content["message"] for kernel_id in started)
    # What the message says helps.
    assert limited.client("ada").send("DELETE", f"/api/kernels/{started[0]}").status_code == 204
    assert ask(yarn, limited)[0] == 201


def test_memory_that_executors_hold_counts(yarn: YarnGateway, limited: GatewayProcess, limits: Path) -> None:
    ada = limited.client("ada")
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        driver_mb = yarn.application(kernel_id).memory_mb
        channel.run("spark.range(10).count()")
        wait_until(lambda: yarn.application(kernel_id).memory_mb > driver_mb, "an executor runs", 60)
        held_mb = yarn.application(kernel_id).memory_mb
        limits.write_text(json.dumps({"users": {"ada": {"memory_mb": held_mb + driver_mb}}}))
        status, content = ask(yarn, limited)
    assert status == 403
    assert f"you hold {held_mb:,} MB, this kernel takes " in content["message"]
    assert f"limit is {held_mb + driver_mb:,} MB (users.ada.memory_mb" in content["message"]
    assert f"(kernel {kernel_id[:8]}, {held_mb:,} MB" in content["message"]


def test_cores_that_executors_hold_count(yarn: YarnGateway, limited: GatewayProcess, limits: Path) -> None:
    ada = limited.client("ada")
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run("spark.range(10).count()")
        wait_until(lambda: yarn.application(kernel_id).vcores > 1, "an executor runs", 60)
        held = yarn.application(kernel_id).vcores
        limits.write_text(json.dumps({"users": {"ada": {"cores": held + 1}}}))
        status, content = ask(yarn, limited)
    assert status == 403
    assert f"you hold {held} cores, this kernel takes " in content["message"]
    assert f"limit is {held + 1} cores (users.ada.cores" in content["message"]


def test_what_a_group_shares_is_what_yarn_gave_its_members(
    yarn: YarnGateway, limited: GatewayProcess, limits: Path
) -> None:
    limits.write_text(json.dumps({"groups": {"students": {"together": {"kernels": 2}}}}))
    status, his = ask(yarn, limited, "bob", "students")
    assert status == 201
    assert ask(yarn, limited, "ada", "students")[0] == 201
    status, content = ask(yarn, limited, "ada", "students")
    assert status == 403
    assert "group students holds 2 kernels" in content["message"]
    assert "The others hold: bob 1 kernel." in content["message"]
    # What a member stops is free for the others.
    assert limited.client("bob").send("DELETE", f"/api/kernels/{his['id']}").status_code == 204
    assert ask(yarn, limited, "ada", "students")[0] == 201
    hers = yarn.resource_manager.applications(ACTIVE_STATES, tags=["user:ada"])
    memory_mb = sum(each.memory_mb for each in hers)
    limits.write_text(json.dumps({"groups": {"students": {"together": {"memory_mb": memory_mb}}}}))
    status, content = ask(yarn, limited, "bob", "students")
    assert status == 403
    assert f"limit is {memory_mb:,} MB (groups.students.together.memory_mb" in content["message"]
    assert "The others hold: ada " in content["message"]


def test_a_restart_takes_no_second_place(yarn: YarnGateway, limited: GatewayProcess, limits: Path) -> None:
    limits.write_text(json.dumps({"everyone": {"kernels": 1}}))
    ada = limited.client("ada")
    kernel_id = ada.start(yarn.spec.name)
    assert ada.send("POST", f"/api/kernels/{kernel_id}/restart").status_code == 200
    assert ask(yarn, limited)[0] == 403


def test_another_gateways_kernels_count_too(
    yarn: YarnGateway, limited: GatewayProcess, start_own: Gateways, limits: Path
) -> None:
    limits.write_text(json.dumps({"everyone": {"kernels": 1}}))
    other = start_own()
    kernel_id = other.client("ada").start(yarn.spec.name)
    status, content = ask(yarn, limited)
    assert status == 403
    assert kernel_id[:8] in content["message"]


def test_a_spare_counts_only_once_it_is_taken(
    yarn: YarnGateway, limited: GatewayProcess, limits: Path
) -> None:
    limits.write_text(json.dumps({"everyone": {"kernels": 1}}))
    ada = limited.client("ada")
    ada.send("POST", "/api/spares", {})
    wait_until(lambda: '"spare_started"' in limited.log.read_text(), "a spare is there", 120, 0.5)
    assert ask(yarn, limited)[0] == 201
    assert ask(yarn, limited)[0] == 403
