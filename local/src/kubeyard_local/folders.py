"""The folders of the platform's home: who owns each, and who may look inside."""

import os
from dataclasses import dataclass
from pathlib import Path

from kubeyard_local.accounts import Account, Accounts
from kubeyard_local.hadoop_services import NAMES as DAEMONS
from kubeyard_local.layout import Layout


@dataclass(frozen=True)
class Folder:
    """One folder; without an owner it stays with whoever runs the command."""

    path: Path
    mode: int
    owner: Account | None = None
    group: Account | None = None


def before_installing(layout: Layout) -> None:
    """What is needed to fetch and install; the owners come later, when the accounts exist."""
    for path, mode in (
        (layout.home, 0o755),
        (layout.venvs, 0o755),
        (layout.run, 0o700),
        (layout.logs, 0o750),
    ):
        _ensure(Folder(path, mode))
    layout.cache.mkdir(parents=True, exist_ok=True)


def ensure(layout: Layout, accounts: Accounts) -> None:
    """Make every folder, and set owners and rights right where somebody changed them."""
    for folder in table(layout, accounts):
        _ensure(folder)


def table(layout: Layout, accounts: Accounts) -> tuple[Folder, ...]:
    """Every folder, parents first."""
    hadoop, services, node = layout.hadoop, accounts.services, accounts.node
    of_daemons = tuple(
        Folder(hadoop / "tmp" / name, 0o700, node if name == "nodemanager" else services) for name in DAEMONS
    )
    return (
        # Containers and Labs must not read what the services log.
        Folder(layout.logs, 0o750, group=services),
        Folder(layout.state, 0o700, services),
        Folder(layout.secrets, 0o700, services),
        *(Folder(layout.state / name, 0o700, services) for name in ("account", "builds", "gateway", "hub")),
        Folder(layout.public, 0o755, services),
        Folder(layout.kernelspecs, 0o755, services),
        Folder(hadoop, 0o755),
        Folder(layout.hadoop_conf, 0o755),
        Folder(hadoop / "nn", 0o700, services),
        Folder(hadoop / "dn", 0o700, services),
        Folder(hadoop / "httpfs", 0o700, services),
        Folder(hadoop / "httpfs" / "temp", 0o700, services),
        # What the ResourceManager and the NodeManager need to take up what runs after their own end.
        Folder(hadoop / "rm-state", 0o700, services),
        Folder(hadoop / "nm-recovery", 0o700, node),
        Folder(hadoop / "nm-local", 0o755, node),
        Folder(hadoop / "nm-logs", 0o755, node),
        # As /tmp: each account makes a folder of its own in it, and cannot touch another's.
        Folder(hadoop / "tmp", 0o1777),
        *of_daemons,
        Folder(layout.class_archives, 0o755),
        Folder(layout.class_archives / "services", 0o755, services),
        Folder(layout.class_archives / "node", 0o755, node),
        # Passable, so that each Lab reaches its own folder, but nobody can list who has one.
        Folder(layout.labs, 0o711, services),
    )


def _ensure(folder: Folder) -> None:
    folder.path.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        owner = folder.owner.uid if folder.owner else -1
        group = folder.group or folder.owner
        os.chown(folder.path, owner, group.gid if group else -1)
    folder.path.chmod(folder.mode)
