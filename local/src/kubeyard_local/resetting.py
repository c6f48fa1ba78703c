"""`reset`: back to a platform that was never started. Fetched programs stay; everybody's data goes."""

import shutil
import sys

from kubeyard_local.problem import Problem
from kubeyard_local.progress import Progress
from kubeyard_local.settings import Settings
from kubeyard_local.stopping import stop

DATA = ("state", "public", "hadoop", "labs", "logs", "run")


def reset(settings: Settings, progress: Progress, *, confirmed: bool) -> None:
    """Stop everything and remove the data, if that is meant."""
    home = settings.layout.home
    if not confirmed:
        _ask(f"This removes all accounts, notebooks, HDFS files and logs in {home}. Type yes to go on: ")
    stop(settings, progress)
    for name in DATA:
        shutil.rmtree(home / name, ignore_errors=True)
    left = [name for name in DATA if (home / name).exists()]
    if left:
        raise Problem(
            f"{', '.join(left)} in {home} could not be removed. Run this as the account that started it."
        )
    progress.say(f"removed all data in {home}; the installed programs stay")


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        raise Problem("Nobody is there to confirm. Say it beforehand: bash deployment_local.sh reset --yes")
    if input(question).strip().lower() != "yes":
        raise Problem("Nothing was removed.")
