"""The conda packages of an environment: choosing them, installing them, and saying why they cannot be had."""

import json
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from kubeyard_api.builder.conda_process import Answer
from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.log import BuildLog
from kubeyard_api.builder.packages import conda_name, conda_spec
from kubeyard_api.builder.process import disk_full, run_tool
from kubeyard_api.builder.recipe import Recipe, Workshop

SECONDS = 900
ABSENT = re.compile(
    r"No candidates were found for (?P<name>[A-Za-z0-9._-]+) (?P<version>[^\n]*?)\.?\s*$", re.MULTILINE
)
LONGEST_REASON = 700


class CondaWork:
    """Conda's part of one build."""

    def __init__(self, recipe: Recipe, workshop: Workshop, work: Path, log: BuildLog) -> None:
        self._recipe = recipe
        self._workshop = workshop
        self._work = work
        self._log = log

    def solve(self) -> list[str]:
        """Choose exact packages; each is `name version build digest`."""
        packages = self._ask("solve", Path("unused"))
        for package in packages:
            self._log.line(" ".join(package.split()[:3]))
        return packages

    def install(self, prefix: Path) -> None:
        """Install the chosen packages."""
        self._ask("install", prefix)

    def _ask(self, verb: str, prefix: Path) -> list[str]:
        request, answer = self._work / f"{verb}.json", self._work / f"{verb}-answer.json"
        self._workshop.conda_cache.mkdir(parents=True, exist_ok=True)
        content = {
            "specs": [f"python {self._recipe.python}.*", *self._recipe.conda],
            "constraints": self._limits(),
            "channels": list(self._workshop.channels),
            "cache": str(self._workshop.conda_cache),
            "lock": str(self._work / "conda.lock"),
            "prefix": str(prefix),
            "answer": str(answer),
        }
        request.write_text(json.dumps(content), "utf-8")
        module = f"{__package__}.conda_process"
        outcome = run_tool([sys.executable, "-m", module, verb, request], self._log, timeout_seconds=SECONDS)
        if not answer.exists():
            raise BuildFailure(
                FailureCode.INTERNAL,
                f"The conda {verb} ended with exit code {outcome.code}; see the log, and build again.",
            )
        said = cast("Answer", json.loads(answer.read_text("utf-8")))
        if "trouble" in said:
            self._log.line(said["detail"])
            raise self._refusal(said)
        return said["packages"]

    def _limits(self) -> list[str]:
        return [
            f"{name} {requirement.specifier}" for name, requirement in self._workshop.constrained().items()
        ]

    def _refusal(self, answer: Answer) -> BuildFailure:
        detail = answer["detail"]
        if "No space left on device" in detail:
            return disk_full()
        if answer["trouble"] == "channel":
            return self._channel_out_of_reach(detail)
        if answer["trouble"] == "solver":
            return self._unsolvable(detail)
        last = self._log.clean(detail)[:LONGEST_REASON]
        return BuildFailure(FailureCode.INTERNAL, f"The conda packages could not be handled: {last}")

    def _channel_out_of_reach(self, detail: str) -> BuildFailure:
        named = [name for name in self._workshop.channels if name.rstrip("/").rpartition("/")[2] in detail]
        channel = self._log.clean((named or list(self._workshop.channels))[0])
        lines = [line.strip() for line in detail.splitlines() if line.strip()]
        return BuildFailure(
            FailureCode.CHANNEL_UNREACHABLE,
            f"The conda channel {channel} is out of reach ({lines[-1].removeprefix('Caused by: ')}). "
            "Take the packages from pip, or try again later; an administrator can set other channels.",
        )

    def _unsolvable(self, detail: str) -> BuildFailure:
        found = ABSENT.search(detail)
        names = {conda_name(conda_spec(line)) for line in self._recipe.conda}
        channels = ", ".join(self._log.clean(name) for name in self._workshop.channels)
        if found and found["version"] in ("", "*") and found["name"] in names:
            return BuildFailure(
                FailureCode.UNKNOWN_PACKAGE,
                f"There is no conda package called {found['name']!r} in {channels}. "
                "Check the spelling, or take it from pip.",
            )
        if found and found["name"] in (*names, "python"):
            return BuildFailure(
                FailureCode.UNKNOWN_VERSION,
                f"There is no {found['name']} {found['version']} in {channels}. Ask for another version.",
            )
        shortened = " ".join(detail.replace("Cannot solve the request because of:", "").split())[
            :LONGEST_REASON
        ]
        return BuildFailure(
            FailureCode.CONFLICT,
            f"These conda packages cannot be had together: {shortened} Change one of the versions asked for.",
        )


def files_of(prefix: Path, names: Iterable[str]) -> dict[str, list[str]]:
    """The files that the named packages brought."""
    wanted = set(names)
    found: dict[str, list[str]] = {}
    for record in sorted((prefix / "conda-meta").glob("*.json")):
        content = json.loads(record.read_text("utf-8"))
        if content["name"] in wanted:
            found[content["name"]] = content["files"]
    return found


def forget_installation(prefix: Path) -> None:
    """Drop conda's own records: they name this machine's folders, and no kernel reads them."""
    shutil.rmtree(prefix / "conda-meta", ignore_errors=True)
    (prefix / "CACHEDIR.TAG").unlink(missing_ok=True)
