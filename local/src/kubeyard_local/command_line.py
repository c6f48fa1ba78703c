"""The commands of deployment_local.sh."""

import argparse
import os
import sys
from collections.abc import Sequence

from kubeyard_local import logs, process_table, resetting, starting, status, stopping
from kubeyard_local.problem import Problem
from kubeyard_local.progress import Progress
from kubeyard_local.settings import Settings, from_environment

ALL = ",".join(process_table.NAMES)


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser(prog="deployment_local.sh", description="Kubeyard on this one machine.")
    commands = top.add_subparsers(dest="command", required=True)
    for name, meaning in (
        ("start", "start everything"),
        ("restart", "stop and start everything, or one service"),
    ):
        starts = commands.add_parser(name, help=meaning)
        starts.add_argument("--only", default="", help="services, separated by commas, or `hadoop`")
        starts.add_argument(
            "--no-demo", action="store_true", help="no demo accounts; print a link for the first admin"
        )
        if name == "restart":
            starts.add_argument("service", nargs="?", choices=process_table.NAMES)
    commands.add_parser("stop", help="end every process that was started")
    commands.add_parser("status", help="one line a service")
    show = commands.add_parser("logs", help="the end of a service's log")
    show.add_argument("service", nargs="?")
    show.add_argument("-f", "--follow", action="store_true")
    reset = commands.add_parser("reset", help="remove all data")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    commands.add_parser("tour", help="walk through the platform and print each step")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a Problem is printed, everything else is a defect and keeps its traceback."""
    given = parser().parse_args(arguments)
    try:
        return _run(given)
    except Problem as problem:
        for reason in problem.reasons:
            print(f"Problem: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. The next start goes on from here.", file=sys.stderr)
        return 130


def _run(given: argparse.Namespace) -> int:
    settings = from_environment(os.environ, demo=not getattr(given, "no_demo", False))
    progress = Progress()
    match given.command:
        case "start":
            starting.start(settings, _wanted(given), progress)
        case "restart":
            _restart(settings, given, progress)
        case "stop":
            stopping.stop(settings, progress)
        case "status":
            return 0 if status.show(settings) else 1
        case "logs":
            logs.show(settings.layout, given.service, follow=given.follow)
        case "reset":
            resetting.reset(settings, progress, confirmed=given.yes)
        case "tour":
            return _tour(settings)
    return 0


def _wanted(given: argparse.Namespace) -> tuple[str, ...]:
    return process_table.choose([name for name in given.only.split(",") if name])


def _restart(settings: Settings, given: argparse.Namespace, progress: Progress) -> None:
    if given.service:
        stopping.stop_service(settings, given.service, progress)
        starting.start(settings, (given.service,), progress)
        return
    stopping.stop(settings, progress)
    starting.start(settings, _wanted(given), progress)


def _tour(settings: Settings) -> int:
    from kubeyard_local.tour import command  # imported late: no other command needs it

    return int(command.run(settings))
