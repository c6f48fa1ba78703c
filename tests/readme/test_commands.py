"""Every command that README.md shows is run here, in its order.

On a platform of its own, or on the one that KUBEYARD_TEST_README_HOME gives away: its first start was the
README's first command too, so that here it starts anew with the settings that people have. The last command
deletes all its state.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# No port of it is one of a platform in use (0) or of the other tests (1700).
PORT_OFFSET = 3300
FENCE = re.compile(r"^```(?:sh|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# The command that runs these very tests; CI runs it, so it needs no second run from inside itself.
THIS_COMMAND = "bash tests/run.sh"
# What a command shows that did its work: the tour prints what the notebook's driver and an executor said.
PROMISED = {
    "bash deployment_local.sh tour": ("499999500000", "said an executor", "Nothing was left behind."),
}


def commands() -> list[str]:
    """The commands of all shell blocks, without comments, in the order of the README."""
    blocks = FENCE.findall((ROOT / "README.md").read_text())
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """The caller's environment with a platform home and ports of its own, cleared away afterwards."""
    given = os.environ.get("KUBEYARD_TEST_README_HOME")
    # pytest's own temporary folders are closed to the accounts that the services run under.
    home = Path(given or tempfile.mkdtemp(prefix="kubeyard-readme-", dir="/var/tmp"))
    home.chmod(0o755)
    offset = os.environ["KUBEYARD_TEST_PORT_OFFSET"] if given else str(PORT_OFFSET)
    variables = {**os.environ, "KUBEYARD_HOME": str(home), "KUBEYARD_PORT_OFFSET": offset}
    if given:
        _run("stop", variables)
    yield variables
    _run("reset --yes", variables)
    shutil.rmtree(home, ignore_errors=True)


def _run(command: str, variables: dict[str, str]) -> None:
    words = ("bash", "deployment_local.sh", *command.split())
    subprocess.run(words, cwd=ROOT, env=variables, check=False, timeout=300)


def test_the_two_promised_commands_are_shown() -> None:
    assert "bash deployment_local.sh" in commands()
    assert THIS_COMMAND in commands()
    assert set(PROMISED) <= set(commands())


@pytest.mark.readme
@pytest.mark.timeout(1800)
def test_every_command_does_its_work(environment: dict[str, str]) -> None:
    shown = [command for command in commands() if not command.startswith(THIS_COMMAND)]
    assert shown
    for command in shown:
        done = subprocess.run(
            command,
            shell=True,
            executable="/bin/bash",
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=1500,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        for words in PROMISED.get(command, ()):
            assert words in done.stdout, f"{command}\n{done.stdout[-4000:]}"
