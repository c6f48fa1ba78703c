"""What docker-compose.yml promises of every container, and that it names no setting that nobody explains."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types

ROOT = Path(__file__).resolve().parents[2]
FILES = (ROOT / "docker-compose.yml", ROOT / "docker-compose.spark-submit.yml")
EXAMPLE = (ROOT / ".env.example").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(FILES[0].read_text())["services"]
LASTING = ("api-server", "worker", "gateway", "database")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_container_may_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["user"] == "10001:10001"
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges=true" in service["security_opt"]
    assert not {"privileged", "cap_add", "devices", "pid", "ipc"} & set(service)
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_is_watched_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert service["stop_grace_period"]


def test_state_lies_on_one_named_volume_and_the_node_s_folders_are_read_only() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service["volumes"]]
    assert {mount for mount in mounts if not mount.endswith(":ro")} == {"state:/var/lib/kubeyard"}


def test_the_database_has_no_network_and_no_password() -> None:
    assert SERVICES["database"]["network_mode"] == "none"
    assert SERVICES["database"]["profiles"] == ["postgresql"]


def test_the_gateway_is_not_told_the_database_s_address() -> None:
    assert SERVICES["gateway"]["environment"]["KUBEYARD_API_DATABASE_URL"] == ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_setting_is_explained(file: Path) -> None:
    """The settings' file is named by the environment alone, since it cannot name itself."""
    used = set(re.findall(r"\$\{(KUBEYARD_\w+)", file.read_text())) - {"KUBEYARD_EDGE_SETTINGS"}
    assert used
    assert [name for name in sorted(used) if not re.search(rf"^#?{name}=", EXAMPLE, re.MULTILINE)] == []


def test_every_setting_of_the_script_is_explained() -> None:
    parts = [path.read_text() for path in (ROOT / "yarn" / "edge" / "deploy").glob("*.sh")]
    used = {f"KUBEYARD_{name}" for text in parts for name in re.findall(r"\bsetting ([A-Z_]+)", text)}
    assert len(used) > 10
    assert [name for name in sorted(used) if not re.search(rf"^#?{name}=", EXAMPLE, re.MULTILINE)] == []
