"""The operating system's accounts that the services run under, and how a command is started under one."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from kubeyard_local.problem import Problem


@dataclass(frozen=True)
class Account:
    """One account of the operating system."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Accounts:
    """Who runs what. Without root all three are the account that typed the command."""

    services: Account
    node: Account
    lab: Account

    @property
    def separate(self) -> bool:
        """Whether containers and Labs are kept away from the services' state."""
        return self.services.uid != self.node.uid


NAMES = ("kubeyard", "kubeyard-node", "kubeyard-lab")


def present() -> Accounts | None:
    """The accounts as they are, or None where they are still to be made."""
    if os.geteuid() != 0:
        own = _account(pwd.getpwuid(os.geteuid()))
        return Accounts(own, own, own)
    try:
        services, node, lab = (_account(pwd.getpwnam(name)) for name in NAMES)
    except KeyError:
        return None
    return Accounts(services, node, lab)


def ensure() -> Accounts:
    """Make the accounts that are missing; without root take the caller's own for all of them."""
    if os.geteuid() == 0:
        for name in NAMES:
            _ensure_system_account(name)
    accounts = present()
    if accounts is None:
        raise Problem(f"The accounts {', '.join(NAMES)} could not be made. See the message of useradd above.")
    return accounts


def _ensure_system_account(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        command = ("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent")
        subprocess.run((*command, "--shell", "/usr/sbin/nologin", name), check=True, timeout=60)


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def under(account: Account, command: Sequence[str], capabilities: Sequence[str] = ()) -> tuple[str, ...]:
    """The command that runs `command` as `account` with no right but `capabilities`, none ever regained.

    setpriv replaces itself by the command, so a supervisor sees the service's own process.
    """
    if os.geteuid() != 0 or account.uid == os.geteuid():
        return tuple(command)
    rights = ",".join(("-all", *(f"+{name}" for name in capabilities)))
    identity = (f"--reuid={account.name}", f"--regid={account.gid}", "--init-groups")
    limits = (
        f"--inh-caps={rights}",
        f"--ambient-caps={rights}",
        f"--bounding-set={rights}",
        "--no-new-privs",
    )
    return ("setpriv", *identity, *limits, "--", *command)
