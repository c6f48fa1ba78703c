"""Installing locked pip packages into a prefix."""

import json
import subprocess
from pathlib import Path

from uv import find_uv_bin

from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.log import BuildLog
from kubeyard_api.builder.pip_refusal import explain
from kubeyard_api.builder.process import run_tool, tool_environment
from kubeyard_api.builder.recipe import Workshop

INSTALL_SECONDS = 900
INSTALLED = """
import importlib.metadata, json
found = importlib.metadata.distributions()
print(json.dumps(sorted({f"{one.metadata['Name']}=={one.version}" for one in found if one.metadata["Name"]})))
"""


def install_pip(prefix: Path, lock: Path, workshop: Workshop, log: BuildLog) -> None:
    """Install exactly what the lock says, each file checked against its hash."""
    outcome = run_tool(
        [
            *(find_uv_bin(), "pip", "install", "--python", prefix / "bin" / "python", "--requirement", lock),
            *("--no-deps", "--require-hashes", "--no-build", "--break-system-packages"),
            # Copies, not links: what a package's code does to its files must not reach the shared cache.
            *("--link-mode", "copy"),
        ],
        log,
        timeout_seconds=INSTALL_SECONDS,
        folder=prefix.parent,
    )
    if outcome.code != 0:
        raise explain(outcome.output, workshop)


def installed_versions(python: Path) -> list[str]:
    """What is installed beside this interpreter, as `name==version`."""
    try:
        answer = subprocess.run(
            [python, "-I", "-c", INSTALLED],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env=tool_environment(),
        )
    except subprocess.SubprocessError as error:
        raise BuildFailure(
            FailureCode.SMOKE_TEST,
            "The Python of the conda packages does not start. Ask for another version.",
        ) from error
    found: list[str] = json.loads(answer.stdout)
    return found


def check_agreement(prefix: Path, log: BuildLog) -> None:
    """Whether what pip and conda brought fits together."""
    outcome = run_tool(
        [find_uv_bin(), "pip", "check", "--quiet", "--python", prefix / "bin" / "python"],
        log,
        timeout_seconds=60,
    )
    if outcome.code != 0:
        lines = [line.strip() for line in outcome.output.splitlines() if "requires" in line]
        raise BuildFailure(
            FailureCode.CONFLICT,
            "The conda and pip packages do not fit together: "
            + ("; ".join(lines[:5]) or "see the log")
            + ". Take them all from conda or all from pip.",
        )
