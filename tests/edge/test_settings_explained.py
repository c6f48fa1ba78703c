"""Every setting of the services on an edge node is in .env.example, or is none that an operator chooses."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types

ROOT = Path(__file__).resolve().parents[2]
# Read as text: the gateway's packages are not those of the rest.
SETTINGS = (
    ROOT / "api-server/src/kubeyard_api/settings.py",
    ROOT / "yarn/gateway/src/kubeyard_gateway/settings.py",
)
EXAMPLE = dict(re.findall(r"^#?(KUBEYARD_\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
# Where the images keep things, inside themselves and on the volume.
OF_THE_IMAGES = {"KUBEYARD_API_BUILDS_DIR", "KUBEYARD_BASE_PYTHON"}
# What the compose file makes of other settings: addresses, and places on the volume.
OF_THE_COMPOSE_FILE = {
    "KUBEYARD_API_BIND",
    "KUBEYARD_API_TLS_CERTIFICATE",
    "KUBEYARD_API_TLS_KEY",
    "KUBEYARD_GATEWAY_BIND",
    "KUBEYARD_GATEWAY_CA_FILE",
    "KUBEYARD_GATEWAY_LIMITS_FILE",
    "KUBEYARD_GATEWAY_RESPONSE",
    "KUBEYARD_GATEWAY_STATE_DIR",
    "KUBEYARD_GATEWAY_TLS_CERTIFICATE",
    "KUBEYARD_GATEWAY_TLS_KEY",
    "KUBEYARD_GATEWAY_URL",
    "KUBEYARD_JWKS_FILE",
    "KUBEYARD_KERNELSPECS_DIR",
}
# Shown with an address of somebody's own, or filled in at the first start.
SHOWN_OTHERWISE = {
    "KUBEYARD_API_DATABASE_URL",
    "KUBEYARD_HDFS_URI",
    "KUBEYARD_HTTPFS_URL",
    "KUBEYARD_RM_URLS",
}


def fields(file: Path) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield each setting's variable and its default as it is written."""
    module = ast.parse(file.read_text("utf-8"))
    found = [node for node in module.body if isinstance(node, ast.ClassDef) and node.name == "Settings"]
    for node in found[0].body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield f"KUBEYARD_{node.target.id.upper()}", node.value


def defaults() -> Mapping[str, str]:
    """Return each default as a line of the file would have it, of those that are plain values."""
    found = {}
    for file in SETTINGS:
        for name, written in fields(file):
            if isinstance(written, ast.Call):
                written = next((word.value for word in written.keywords if word.arg == "default"), None)
            if isinstance(written, ast.Constant | ast.Tuple):
                found[name] = as_line(ast.literal_eval(written))
    return found


def as_line(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ",".join(value)
    return f"{float(value):g}" if isinstance(value, bool | float) else str(value)


def test_every_setting_is_explained_or_fixed_for_a_reason() -> None:
    names = {name for file in SETTINGS for name, _ in fields(file)}
    assert len(names) > 60
    assert sorted(names - set(EXAMPLE)) == sorted(OF_THE_IMAGES | OF_THE_COMPOSE_FILE)


def test_what_is_said_to_be_the_compose_file_s_is() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    made = {name for service in services.values() for name in service.get("environment") or {}}
    assert sorted(OF_THE_COMPOSE_FILE - made) == []


def test_what_is_said_to_be_the_images_is() -> None:
    recipes = "".join(path.read_text() for path in ROOT.rglob("Dockerfile") if ".venv" not in path.parts)
    assert [name for name in sorted(OF_THE_IMAGES) if f"{name}=" not in recipes] == []


@pytest.mark.parametrize("name", sorted(set(EXAMPLE) & set(defaults()) - SHOWN_OTHERWISE))
def test_the_example_shows_the_default(name: str) -> None:
    assert EXAMPLE[name] == defaults()[name]
