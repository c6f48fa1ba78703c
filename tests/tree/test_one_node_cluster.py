"""A run that is asked for a cluster ends it again, and never passes without having tried it."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.scripts import install_program, run_unattended

TESTS = Path(__file__).parents[1]
# As much of tests/run.sh as the file reads, and then what it would go on with.
RUN = f"""
set -euo pipefail
say() {{ :; }}
results=() failed=0 build=$1
. {TESTS}/one_node_cluster.sh
if start_cluster; then echo "goes on with $KUBEYARD_TEST_CONTEXT"; end_cluster; fi
printf '%s\\n' "failed=$failed" "${{results[@]}}"
"""


@dataclass(frozen=True)
class Started:
    """What came of it, and which of the cluster's commands ran."""

    said: str
    commands: list[str]


def start(
    folder: Path, up: str, status: str = "exit 1", context: str = "echo here", minutes: int = 60
) -> Started:
    """Start a cluster whose commands are these."""
    (folder / "build/results").mkdir(parents=True)
    for name, body in {"up": up, "status": status, "down": ":"}.items():
        install_program(folder, name, f"echo {name} >>{folder}/commands\n{body}")
    install_program(folder, "kubectl", context)
    own = {"PATH": f"{folder}:{os.environ['PATH']}", "KUBEYARD_TEST_MINUTES": str(minutes)}
    done = run_unattended(
        ["bash", "-c", RUN, "-", str(folder / "build")],
        os.environ | own | {"KUBEYARD_TEST_CLUSTER": str(folder)},
        60,
    )
    assert done.returncode == 0, done.stderr
    return Started(done.stdout, (folder / "commands").read_text().split())


def test_a_cluster_that_comes_up_is_used_and_ended(tmp_path: Path) -> None:
    started = start(tmp_path, "echo first words >&2; echo export KUBECONFIG=/dev/null")
    assert "goes on with here\n" in started.said
    assert "failed=0\na one-node cluster starts          passed" in started.said
    assert started.commands == ["status", "up", "down"]


def test_one_that_ran_before_goes_on(tmp_path: Path) -> None:
    assert start(tmp_path, ":", status=":").commands == ["status", "up"]


@pytest.mark.parametrize(
    ("up", "context", "why"),
    [
        ("echo 'no network here' >&2; exit 1", "echo here", "no network here"),
        (":", "echo 'error: current-context is not set' >&2; exit 1", "error: current-context is not set"),
    ],
    ids=["up fails", "names no context"],
)
def test_one_that_does_not_come_up_fails_the_run_and_is_ended(
    tmp_path: Path, up: str, context: str, why: str
) -> None:
    started = start(tmp_path, up, context=context)
    assert "goes on" not in started.said
    assert "failed=1\nFAILED: KUBERNETES WAS NOT TRIED. " in started.said
    assert started.said.endswith(f" brought up no cluster:\n  {why}\n")
    assert started.commands == ["status", "up", "down"]


def test_too_little_time_for_it_fails_the_run_too(tmp_path: Path) -> None:
    started = start(tmp_path, ":", minutes=35)
    assert "failed=1\n" in started.said
    assert "no time was left for it; give the run more by KUBEYARD_TEST_MINUTES (35)" in started.said
    assert started.commands == ["status", "down"]
