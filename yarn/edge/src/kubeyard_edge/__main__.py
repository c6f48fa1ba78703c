"""`python -m kubeyard_edge COMMAND`: checks of this node, and what scripts need to know of it."""

import argparse
import os
import sys
from pathlib import Path

from kubeyard_edge import answers, checks, discovery, keeping
from kubeyard_edge.finding import Verdict
from kubeyard_edge.keeping import NotRestored
from kubeyard_edge.settings import SettingsRefused, read

WRONG_USE = 2


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code: 1 for what must be mended, 2 for wrong settings."""
    parser = argparse.ArgumentParser(prog="python -m kubeyard_edge", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="look at everything that the platform needs, one line each")
    fill = commands.add_parser("fill-in", help="print an example .env with what this node's files tell")
    fill.add_argument("example", type=Path)
    answer = commands.add_parser("answers", help="whether one of the node's own services is well")
    answer.add_argument("url")
    answer.add_argument("--dependency", default="", help="one line of a readiness page")
    for command, about in (("backup", "write the state to standard output"), ("restore", "read it back")):
        commands.add_parser(command, help=about).add_argument("state", type=Path)
    given = parser.parse_args(arguments)
    try:
        if given.command == "check":
            return _check()
        if given.command == "fill-in":
            sys.stdout.write(discovery.fill_in(given.example.read_text("utf-8"), discovery.discover()))
            return 0
        if given.command in ("backup", "restore"):
            return _keep(given.command, given.state)
    except (SettingsRefused, OSError, ValueError) as refused:
        sys.stderr.write(f"{refused}\n")
        return WRONG_USE
    return _answers(given.url, given.dependency)


def _check() -> int:
    findings = checks.run(read(os.environ))
    for finding in findings:
        sys.stdout.write(f"{finding.line()}\n")
    return int(any(finding.verdict is Verdict.PROBLEM for finding in findings))


def _keep(command: str, state: Path) -> int:
    if command == "backup":
        keeping.back_up(state, sys.stdout.buffer)
        return 0
    try:
        held = keeping.restore(state, sys.stdin.buffer)
    except NotRestored as reason:
        sys.stderr.write(f"Nothing was restored: {reason}.\n")
        return 1
    sys.stdout.write(f"restored: {', '.join(held)}\n")
    return 0


def _answers(url: str, dependency: str) -> int:
    reason = answers.why_not(url, dependency)
    if reason:
        sys.stderr.write(f"{reason}\n")
    return int(bool(reason))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
