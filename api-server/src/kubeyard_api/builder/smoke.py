"""Trying an environment out where it was not made, without the Python that it was made from."""

import functools
import json
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kubeyard_api.builder import smoke_script
from kubeyard_api.builder.base_python import BasePython
from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.log import BuildLog
from kubeyard_api.builder.process import Outcome, run_tool

SMOKE_SECONDS = 300
FAILED = "FAILED: "
# An empty folder is laid over the base Python's library, visible to this one process tree only.
HIDE = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'


@dataclass(frozen=True)
class Trial:
    """What to try: pip distributions, and the files of conda packages, that were asked for."""

    distributions: Sequence[str]
    conda: Mapping[str, Sequence[str]]
    base: BasePython | None


def smoke_test(stage: Path, trial: Trial, log: BuildLog) -> None:
    """Run the trial on `stage/environment`. Raises BuildFailure with the first thing that does not work."""
    home = stage / "home"
    home.mkdir()
    question = stage / "question.json"
    forbidden = [str(folder) for folder in trial.base.own_folders] if trial.base else []
    question.write_text(
        json.dumps(
            {"distributions": [*trial.distributions], "conda": {**trial.conda}, "forbidden": forbidden}
        )
    )
    command: list[str | Path] = [
        *_hiding(stage, trial, log),
        "./environment/bin/python",
        "-s",
        "-B",
        smoke_script.__file__,
        question,
    ]
    outcome = run_tool(
        command,
        log,
        timeout_seconds=SMOKE_SECONDS,
        folder=stage,
        environment={"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", "TMPDIR": str(home)},
    )
    if outcome.code != 0:
        raise BuildFailure(FailureCode.SMOKE_TEST, _reason(outcome))


def _hiding(stage: Path, trial: Trial, log: BuildLog) -> list[str]:
    if trial.base is None:
        return []
    if not can_hide():
        log.line("this machine allows no user namespaces: the base Python is not hidden, only looked out for")
        return []
    empty = stage / "empty"
    empty.mkdir()
    return [
        "unshare",
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        HIDE,
        "sh",
        str(empty),
        str(trial.base.stdlib),
    ]


@functools.cache
def can_hide() -> bool:
    """Whether this machine lets an ordinary process lay one folder over another for itself."""
    try:
        probe = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", "mount --bind /usr /usr"]
        return subprocess.run(probe, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _reason(outcome: Outcome) -> str:
    failures = [line[len(FAILED) :] for line in outcome.output.splitlines() if line.startswith(FAILED)]
    if failures:
        more = f" (and {len(failures) - 1} more; see the log)" if len(failures) > 1 else ""
        return f"The environment was built but does not work: {failures[0]}{more}. Ask for another version."
    importing = [line for line in outcome.output.splitlines() if line.startswith("importing ")]
    during = f" while {importing[-1]}" if importing else ""
    return (
        f"The environment was built but its Python ended{during} ({_ending(outcome.code)}). "
        "Ask for another version, or leave that package out."
    )


def _ending(code: int) -> str:
    signal_number = -code if code < 0 else code - 128
    try:
        return signal.Signals(signal_number).name
    except ValueError:
        return f"exit code {code}"
