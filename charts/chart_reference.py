"""Write docs/chart-reference.md out of the chart's schema and its defaults.

python charts/chart_reference.py            write it anew
python charts/chart_reference.py --check    exit 1 if it differs from what it is made from
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # it carries no types

ROOT = Path(__file__).resolve().parent.parent
CHART = ROOT / "charts" / "kubeyard"
REFERENCE = ROOT / "docs" / "chart-reference.md"
HEAD = """# The chart's values

Made from `charts/kubeyard/values.schema.json` by `python charts/chart_reference.py`. Helm refuses everything
else, with the key's name. Values files for each option are in `charts/kubeyard/ci/`; whoever comes from Zero
to JupyterHub finds the differences in [zero-to-jupyterhub.md](zero-to-jupyterhub.md).
"""
Schema = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """One line of the reference: a key's path, its kind, its default as JSON, and what it means."""

    path: str
    kind: str
    default: str
    meaning: str


def load() -> tuple[Schema, dict[str, Any]]:
    """The schema and the defaults."""
    schema = json.loads((CHART / "values.schema.json").read_text())
    return schema, yaml.safe_load((CHART / "values.yaml").read_text())


def resolved(schema: Schema, root: Schema) -> Schema:
    """The schema with what it refers to; its own description goes before the shared one."""
    if "$ref" not in schema:
        return schema
    shared: Schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return {**shared, **{name: value for name, value in schema.items() if name != "$ref"}}


def kind(schema: Schema) -> str:
    """A key's type in plain words."""
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    words = {"object": "map", "array": "list"}
    return " or ".join(words.get(str(name), str(name)) for name in types)


def keys(schema: Schema, root: Schema, values: Any, path: str = "") -> Iterator[Key]:
    """Every key below this one, depth first."""
    for name, unresolved in schema.get("properties", {}).items():
        below = resolved(unresolved, root)
        at = f"{path}.{name}" if path else name
        default = values.get(name) if isinstance(values, dict) else None
        told = "" if "properties" in below or "[]" in at else json.dumps(default)
        yield Key(at, kind(below), told, below.get("description", ""))
        yield from keys(below, root, default, at)
        if "items" in below:
            yield from keys(resolved(below["items"], root), root, None, f"{at}[]")


def table(rows: list[Key]) -> str:
    """A section's keys, one a line."""
    lines = ["| Key | Type | Default | Meaning |", "|---|---|---|---|"]
    for row in rows:
        default = f"`{row.default}`" if row.default else ""
        meaning = row.meaning.replace("|", "\\|").replace("<", "\\<")
        lines.append(f"| `{row.path}` | {row.kind} | {default} | {meaning} |")
    return "\n".join(lines)


def text() -> str:
    """The whole reference: a section for each key at the top that has others below."""
    schema, values = load()
    rows = list(keys(schema, schema, values))
    plain = [row for row in rows if "." not in row.path and row.kind != "map"]
    parts = [HEAD, "## General\n\n" + table(plain) + "\n"]
    for section in (row for row in rows if "." not in row.path and row.kind == "map"):
        below = [row for row in rows if row.path.startswith(f"{section.path}.")]
        if below:
            parts.append(f"## {section.path}\n\n{section.meaning}\n\n{table(below)}\n")
    return "\n".join(parts)


def main() -> int:
    """Write the reference, or say whether it is up to date."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it is out of date")
    if parser.parse_args().check:
        current = REFERENCE.exists() and REFERENCE.read_text() == text()
        if not current:
            sys.stderr.write(
                "docs/chart-reference.md is out of date; run: python charts/chart_reference.py\n"
            )
        return 0 if current else 1
    REFERENCE.write_text(text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
