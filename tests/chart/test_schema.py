"""The schema is the one reference: complete, closed, and in step with the defaults and the documents."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chart_reference as reference
import yaml  # type: ignore[import-untyped]  # it carries no types
from chart_reference import Schema
from harness.helm import CHART

ROOT = Path(__file__).resolve().parents[2]
# Helm puts it into the values of every chart.
OF_HELM = {"global"}


def objects(schema: Schema, root: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Every part of the schema by its path, what lists hold included."""
    yield path, schema
    for name, unresolved in schema.get("properties", {}).items():
        yield from objects(reference.resolved(unresolved, root), root, f"{path}.{name}".lstrip("."))
    if "items" in schema:
        yield from objects(reference.resolved(schema["items"], root), root, f"{path}[]")


def everything() -> list[tuple[str, Schema]]:
    schema, _ = reference.load()
    return list(objects(schema, schema))


def test_every_key_is_described() -> None:
    named = [(path, part) for path, part in everything() if not path.endswith("[]")]
    assert len(named) > 150
    assert [path for path, part in named if not part.get("description", "").endswith((".", ">"))] == []


def test_no_key_is_taken_that_is_not_described() -> None:
    open_ones = [
        path for path, part in everything() if "properties" in part and part.get("additionalProperties")
    ]
    undecided = [
        path
        for path, part in everything()
        if part.get("type") == "object" and "additionalProperties" not in part
    ]
    assert open_ones == []
    # Lists of Kubernetes' own objects, which Kubernetes itself checks.
    assert [path for path in undecided if not path.endswith("[]")] == []


def paths(values: Any, schema: Schema, root: Schema, path: str = "") -> Iterator[str]:
    """The keys of the defaults, down to where the schema leaves a map to the operator."""
    for name, value in values.items():
        at = f"{path}.{name}".lstrip(".")
        yield at
        below = reference.resolved(schema.get("properties", {}).get(name, {}), root)
        if isinstance(value, dict) and "properties" in below:
            yield from paths(value, below, root, at)


def test_defaults_and_schema_have_the_same_keys() -> None:
    schema, values = reference.load()
    described = {path for path, _ in everything() if path and "[]" not in path} - OF_HELM
    assert set(paths(values, schema, schema)) == described


def test_reference_is_what_the_schema_says() -> None:
    assert reference.REFERENCE.read_text() == reference.text()


def test_reference_command_tells_whether_it_is_up_to_date(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "charts" / "chart_reference.py"), "--check"]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0


def test_chart_is_of_the_projects_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert chart["appVersion"] == project["version"]
