"""Running the tools of a build: with a time limit, a small environment and their output in the log."""

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.log import BuildLog

PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS")
PASSED_ON_PREFIXES = ("UV_", "SSL_CERT_", "RATTLER_", "CONDA_OVERRIDE_")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
MOST_OUTPUT = 200_000


@dataclass(frozen=True)
class Outcome:
    """How a tool ended and what it said."""

    code: int
    output: str


def tool_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that a tool gets: never the service's own settings, which name databases and secrets."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or name.startswith(PASSED_ON_PREFIXES) or name.upper() in PROXIES
    }
    return {**kept, "LANG": "C.UTF-8", "UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1", **(extra or {})}


def run_tool(
    argv: Sequence[str | Path],
    log: BuildLog,
    *,
    timeout_seconds: float,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Outcome:
    """Run one tool to its end, its output going to the log line by line as it comes."""
    with subprocess.Popen(
        [str(part) for part in argv],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(environment if environment is not None else tool_environment()),
        cwd=folder,
        text=True,
        errors="replace",
    ) as process:
        expired = threading.Event()
        timer = threading.Timer(timeout_seconds, _expire, (process, expired))
        timer.start()
        try:
            output = _follow(process, log)
        finally:
            timer.cancel()
    if expired.is_set():
        raise BuildFailure(
            FailureCode.TIMED_OUT,
            f"{Path(argv[0]).name} did not end within {timeout_seconds:.0f} s and was stopped. "
            "Try again; if it happens again, ask for fewer packages or pin their versions.",
        )
    if "No space left on device" in output:
        raise disk_full()
    return Outcome(process.returncode, output)


def _expire(process: subprocess.Popen[str], expired: threading.Event) -> None:
    expired.set()
    process.kill()


def _follow(process: subprocess.Popen[str], log: BuildLog) -> str:
    assert process.stdout is not None  # noqa: S101 - asked for as a pipe above
    kept: list[str] = []
    size = 0
    for line in process.stdout:
        log.line(line)
        if size < MOST_OUTPUT:
            kept.append(line)
            size += len(line)
    return "".join(kept)


def disk_full() -> BuildFailure:
    """The failure of a build that found no more room."""
    return BuildFailure(
        FailureCode.DISK_FULL,
        "The disk on which environments are built is full. An administrator must make room there; "
        "then build again.",
    )
