"""What docker-compose.yml promises of every container, and that it names no setting that nobody explains."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(ROOT.glob("docker-compose*.yml"))
EXAMPLE = (ROOT / ".env.example").read_text()
Services = dict[str, dict[str, Any]]


def services(file: str) -> Services:
    """Return what a file has of each service."""
    found: Services = yaml.safe_load((ROOT / file).read_text())["services"]
    return found


SERVICES = services("docker-compose.yml")
# Made of other settings, found by the script, or the file itself.
NOT_TO_BE_SHOWN = {"KUBEYARD_API_DATABASE_URL", "KUBEYARD_CA_BUNDLE", "KUBEYARD_EDGE_SETTINGS"}
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


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_writes_to_the_state_s_volume_alone(name: str) -> None:
    """The database's sockets besides lie on another: the image opens their folder to others."""
    written = {mount for mount in SERVICES[name]["volumes"] if not mount.endswith(":ro")}
    own = {"sockets:/run/postgresql"} if name == "database" else set()
    assert written == {"state:/var/lib/kubeyard"} | own


def test_every_program_of_ours_sees_hadoop_s_authorities() -> None:
    """Each reads the settings, which name the file; a shell and the database do not."""
    ours = {
        name
        for name, service in SERVICES.items()
        if "KUBEYARD_JWKS_FILE" in service["environment"] and "entrypoint" not in service
    }
    overlay = services("docker-compose.hadoop-tls.yml")
    assert overlay.keys() == ours == {"schema", "api-server", "worker", "gateway"}
    for service in overlay.values():
        ((source, target, mode),) = [re.findall(r"\$\{.*?\}|ro$", mount) for mount in service["volumes"]]
        assert source.startswith("${KUBEYARD_HADOOP_CA_FILE:?")
        assert (target, mode) == ("${KUBEYARD_HADOOP_CA_FILE}", "ro")


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


def test_the_example_shows_the_defaults_of_file_and_script() -> None:
    told = [path.read_text() for path in (*FILES, *(ROOT / "yarn" / "edge" / "deploy").glob("*.sh"))]
    file = [found for text in told for found in re.findall(r"\$\{(KUBEYARD_\w+):-([^{}$]+)\}", text)]
    script = [found for text in told for found in re.findall(r"\bsetting ([A-Z_]+) ([\w:/.-]+)", text)]
    defaults = {*file, *((f"KUBEYARD_{name}", value) for name, value in script)}
    wanted = sorted(f"{name}={value}" for name, value in defaults if name not in NOT_TO_BE_SHOWN)
    assert len(wanted) > 10
    assert [line for line in wanted if not re.search(f"^#?{re.escape(line)}$", EXAMPLE, re.MULTILINE)] == []
