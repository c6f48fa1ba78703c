"""deployment_yarn_docker.sh on a node with the programs of any Linux and the engine that a test gives it."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from harness.scripts import link_programs, run_unattended

SCRIPT = Path(__file__).resolve().parents[2] / "deployment_yarn_docker.sh"
PROGRAMS = (
    "awk",
    "basename",
    "bash",
    "cat",
    "cut",
    "dirname",
    "env",
    "flock",
    "grep",
    "head",
    "hostname",
    "id",
    "mktemp",
    "rm",
    "sed",
    "sort",
    "tail",
    "timeout",
)
SETTINGS = "KUBEYARD_EDGE_ADDRESS=10.0.0.7\nKUBEYARD_ISSUER=https://hub.example.org\n"


def bare_node(folder: Path) -> Path:
    """Return a folder with what any Linux has, and neither docker nor podman."""
    return link_programs(folder / "bin", PROGRAMS)


def run(
    programs: Path, *arguments: str, settings: str | None = SETTINGS, given: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command of the script to its end; `given` is its environment besides."""
    file = programs.parent / "edge.env"
    if settings is not None:
        file.write_text(settings)
    environment = {"PATH": str(programs), "HOME": "/", "KUBEYARD_EDGE_SETTINGS": str(file), **(given or {})}
    return run_unattended(["/bin/bash", str(SCRIPT), *arguments], environment, 60)
