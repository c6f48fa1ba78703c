"""Imports go one way only, as docs/architecture.md says: a package imports what stands below it."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = "kubeyard_"
MAY_IMPORT = {
    "kubeyard_yarn": set[str](),
    "kubeyard_identity": set[str](),
    "kubeyard_client": set[str](),
    "kubeyard_edge": set[str](),
    "kubeyard_kernelspecs": {"kubeyard_yarn"},
    "kubeyard_gateway": {"kubeyard_yarn", "kubeyard_identity", "kubeyard_kernelspecs"},
    "kubeyard_api": {"kubeyard_client", "kubeyard_yarn", "kubeyard_identity", "kubeyard_kernelspecs"},
    "kubeyard_web": {"kubeyard_client"},
    "kubeyard_local": set[str](),
    "kubeyard_hub": set[str](),
    "kubeyard_lab": set[str](),
}
# What is installed for these must stay small: containers and the gateway's old environment hold them too.
ONLY_NEEDS = {
    "kubeyard_yarn": {"requests"},
    "kubeyard_identity": {"jwt"},
    "kubeyard_client": {"pydantic", "requests"},
    # It runs in a bare Python, before anything of ours is built.
    "kubeyard_edge": set[str](),
}
# A framework's own documentation says to import these from its parts.
COMES_WITH = {
    "kubeyard_api": {"werkzeug"},
    "kubeyard_hub": {"kubernetes_asyncio", "pydantic", "tornado", "traitlets"},
    "kubeyard_web": {"jinja2", "markupsafe", "werkzeug"},
}
# Its old pins are installed in an environment of their own.
INSTALLED_ELSEWHERE = {"kubeyard_gateway"}
# The kernel's own files run inside a container, where nothing of ours is installed.
RUNS_ELSEWHERE = {"launcher"}


def _packages() -> dict[str, Path]:
    found = [path for pattern in ("*/src/kubeyard_*", "*/*/src/kubeyard_*") for path in ROOT.glob(pattern)]
    return {path.name: path for path in found if path.is_dir()}


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def _imported(package: Path) -> dict[str, set[str]]:
    files = [file for file in package.rglob("*.py") if not RUNS_ELSEWHERE & set(file.parts)]
    return {str(file.relative_to(ROOT)): set(_imports(file)) for file in files}


def test_every_package_is_in_the_list() -> None:
    assert set(_packages()) == set(MAY_IMPORT)


@pytest.mark.parametrize("name", sorted(MAY_IMPORT))
def test_package_imports_only_what_stands_below_it(name: str) -> None:
    allowed = MAY_IMPORT[name] | {name}
    wrong = {
        file: sorted(
            imported for imported in imports if imported.startswith(OURS) and imported not in allowed
        )
        for file, imports in _imported(_packages()[name]).items()
    }
    assert {file: imports for file, imports in wrong.items() if imports} == {}


@pytest.mark.parametrize("name", sorted(ONLY_NEEDS))
def test_small_package_needs_little(name: str) -> None:
    allowed = ONLY_NEEDS[name] | {name} | set(sys.stdlib_module_names)
    wrong = {file: sorted(imports - allowed) for file, imports in _imported(_packages()[name]).items()}
    assert {file: imports for file, imports in wrong.items() if imports} == {}


@pytest.mark.parametrize("name", sorted(set(MAY_IMPORT) - INSTALLED_ELSEWHERE))
def test_package_declares_what_it_imports(name: str) -> None:
    """What only another dependency brings along is gone once that one changes its mind."""
    package = _packages()[name]
    needed = set().union(*_imported(package).values()) - set(sys.stdlib_module_names) - {name}
    distributions = packages_distributions()
    undeclared = {
        module
        for module in needed - COMES_WITH.get(name, set())
        if _declared(package).isdisjoint(_plain(one) for one in distributions.get(module, [module]))
    }
    assert undeclared == set()


def _declared(package: Path) -> set[str]:
    project = tomllib.loads((package.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    return {_plain(re.split(r"[^\w.-]", wish, maxsplit=1)[0]) for wish in project["dependencies"]}


def _plain(distribution: str) -> str:
    return distribution.lower().replace("_", "-")


def test_flow_inside_the_api_goes_down_only() -> None:
    """Routes call services, services call storage; nothing below imports what stands above it."""
    above = {"storage": ("services", "routes", "builder"), "services": ("routes",), "builder": ("routes",)}
    package = _packages()["kubeyard_api"]
    wrong = [
        f"{file.relative_to(ROOT)} imports {layer}"
        for lower, layers in above.items()
        for file in (package / lower).rglob("*.py")
        for layer in layers
        if f"kubeyard_api.{layer}" in file.read_text("utf-8")
    ]
    assert wrong == []
