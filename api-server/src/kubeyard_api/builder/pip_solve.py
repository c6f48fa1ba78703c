"""Choosing the exact versions of pip packages, with their hashes, wheels only."""

from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from uv import find_uv_bin

from kubeyard_api.builder.log import BuildLog
from kubeyard_api.builder.pip_refusal import explain
from kubeyard_api.builder.process import run_tool
from kubeyard_api.builder.recipe import KERNEL_NEEDS, Recipe, Workshop

SOLVE_SECONDS = 300


def solve_pip(
    recipe: Recipe, workshop: Workshop, python: Path, installed: Iterable[str], work: Path, log: BuildLog
) -> Path:
    """Write a hashed lock for `recipe` and the kernel's own needs, and return it.

    `installed` are the `name==version` that conda has put there: pip must agree with them.
    """
    wanted, limits, lock = work / "wanted.in", work / "limits.in", work / "pip.lock"
    wanted.write_text("\n".join((*recipe.pip, *KERNEL_NEEDS)) + "\n", "utf-8")
    limits.write_text("\n".join(installed) + "\n", "utf-8")
    outcome = run_tool(
        [
            *(find_uv_bin(), "pip", "compile", "--quiet", wanted, "--output-file", lock),
            *("--constraint", workshop.constraints, "--constraint", limits, "--python", python),
            *("--no-build", "--generate-hashes", "--no-header", "--no-annotate"),
        ],
        log,
        timeout_seconds=SOLVE_SECONDS,
        # uv reads the settings of a project around its folder; around this one there is none.
        folder=work,
    )
    if outcome.code != 0:
        raise explain(outcome.output, workshop)
    return lock


def locked_versions(lock: Path) -> dict[str, str]:
    """The versions in a lock by package name."""
    lines = [line.partition(" ")[0] for line in lock.read_text("utf-8").splitlines() if "==" in line[:200]]
    pairs = (line.partition("==") for line in lines if not line.startswith(("#", " ")))
    return {name: version for name, _, version in pairs}


def requested_names(recipe: Recipe) -> tuple[str, ...]:
    """The names of the pip packages that were asked for, as far as their markers apply here."""
    requirements = [Requirement(line.partition(" #")[0]) for line in recipe.pip]
    return tuple(
        requirement.name
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate()
    )
