"""Ends JupyterLabs through the Hub, as long as the gateway is there: a Lab that is told later hangs."""

import subprocess

from kubeyard_local import accounts, child, process_table
from kubeyard_local.progress import Progress
from kubeyard_local.settings import Settings
from kubeyard_local.supervision import Supervisor

# The Hub's own limit, and what it takes to ask.
LONGEST_SECONDS = 60


def end_labs(settings: Settings, supervisor: Supervisor, progress: Progress) -> None:
    """Have the Hub stop every Lab. What it cannot stop is told, and ended with the other processes."""
    owners = accounts.present()
    if owners is None or not supervisor.state("hub").is_running:
        return
    command = (str(settings.layout.python("hub")), "-m", "kubeyard_hub", "stop-labs")
    try:
        done = subprocess.run(
            accounts.under(owners.services, (*child.DIES_WITH_US, *command)),
            env=process_table.hub_environment(settings, owners),
            cwd=settings.layout.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        progress.say(f"the Hub has not stopped the Labs within {LONGEST_SECONDS} s")
        return
    if done.returncode:
        progress.say(f"the Hub could not stop the Labs: {done.stderr.strip()[-400:]}")
    elif ended := len(done.stdout.splitlines()):
        progress.say(f"ended {ended} {'Lab' if ended == 1 else 'Labs'}")
