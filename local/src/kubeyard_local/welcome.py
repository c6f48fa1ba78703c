"""What a start says at its end: where to go, and how to sign in."""

import subprocess
from collections.abc import Sequence

from kubeyard_local import accounts, description, process_table
from kubeyard_local.accounts import Accounts
from kubeyard_local.problem import Problem
from kubeyard_local.progress import Progress
from kubeyard_local.settings import Settings

TRUSTED = (
    "Started without root: services, containers and Labs run under one account and can read each other's\n"
    "files. This machine is then for one trusted person."
)


def already_up(settings: Settings, progress: Progress) -> None:
    """Say so, and whether what runs is what lies in the clone."""
    progress.say(f"Kubeyard is already up: {settings.web_url}")
    known = description.read(settings.layout.description)
    owners = accounts.present()
    if known and owners and known.started_from != description.of(settings, owners).started_from:
        print("Sources or settings have changed since. To use them: bash deployment_local.sh restart")


def show(settings: Settings, owners: Accounts, wanted: Sequence[str], progress: Progress) -> None:
    """The address, and the demo's logins or the link that makes the first administrator."""
    progress.say("Kubeyard is up")
    if "web" not in wanted:
        print(f"\n  Only {', '.join(wanted)}. ResourceManager: {settings.url('RM')}")
        return
    print(f"\n  Open {settings.web_url}\n")
    if settings.demo:
        print("  Sign in as Guest / guest, or as Admin / admin (demo accounts).")
        print("  Without them: bash deployment_local.sh restart --no-demo")
    else:
        print(_administrator_link(settings, owners))
    if not owners.separate:
        print(f"\n{TRUSTED}")


def _administrator_link(settings: Settings, owners: Accounts) -> str:
    """One line for a new platform, nothing once an administrator exists. It is printed and kept nowhere."""
    command = (str(settings.layout.python("platform")), "-m", "kubeyard_web", "admin-link")
    done = subprocess.run(
        accounts.under(owners.services, command),
        env=process_table.web_environment(settings, owners),
        cwd=settings.layout.home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise Problem(f"No link for the first administrator could be made: {done.stderr.strip()[-400:]}")
    return done.stdout.strip()
