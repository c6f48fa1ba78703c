"""The platform's own first kernel: built once, when everything is up, for the first notebook."""

import subprocess

from kubeyard_local import accounts, child, process_table
from kubeyard_local.accounts import Accounts
from kubeyard_local.problem import Problem
from kubeyard_local.progress import Progress
from kubeyard_local.settings import Settings


def ensure_default_environment(settings: Settings, owners: Accounts, progress: Progress) -> None:
    """Let the api-server enqueue it, and tell each step of the worker; quick when it is there.

    The build goes on in the worker if this command is ended meanwhile.
    """
    layout = settings.layout
    command = (str(layout.python("platform")), "-m", "kubeyard_api", "ensure-default-environment")
    log = layout.logs / "default-environment.log"
    with (
        progress.step("default kernel environment"),
        log.open("w") as errors,
        subprocess.Popen(
            accounts.under(owners.services, (*child.DIES_WITH_US, *command)),
            stdout=subprocess.PIPE,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            env=process_table.api_environment(settings),
            cwd=layout.home,
            text=True,
        ) as running,
    ):
        told = []
        for line in running.stdout or ():
            told.append(line.rstrip())
            progress.say(f"  {told[-1]}")
        if running.wait():
            reason = "\n".join([*(f"    {line}" for line in told[-3:]), child.tail(log)])
            raise Problem(
                f"The default kernel environment could not be built:\n{reason}\n"
                "    What the build worker says: bash deployment_local.sh logs worker\n"
                "    To start what is down, and build again: bash deployment_local.sh"
            )
