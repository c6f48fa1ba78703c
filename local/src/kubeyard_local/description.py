"""Writes down what the running platform is, for other commands and for the tests."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from kubeyard_local import credentials, stamp
from kubeyard_local.accounts import Accounts
from kubeyard_local.layout import Layout
from kubeyard_local.process_table import common_environment
from kubeyard_local.settings import Settings


@dataclass(frozen=True)
class Description:
    """Where the platform's services are; its secrets by file, never by value."""

    home: str
    demo: bool
    separate_accounts: bool
    ports: Mapping[str, int]
    environment: Mapping[str, str]
    secrets: Mapping[str, str]
    started_from: str


def of(settings: Settings, accounts: Accounts) -> Description:
    return Description(
        home=str(settings.layout.home),
        demo=settings.demo,
        separate_accounts=accounts.separate,
        ports=dict(settings.ports),
        environment=common_environment(settings),
        secrets={name: str(file) for name, file in credentials.files(settings.layout).items()},
        started_from=_fingerprint(settings),
    )


def _fingerprint(settings: Settings) -> str:
    """Changes with whatever makes a restart worthwhile: the sources, the ports, the settings."""
    clone = settings.layout.clone
    stamps = sorted(settings.layout.venvs.glob("*/.packages-stamp"))
    decided = json.dumps([dict(settings.ports), settings.demo, settings.yarn_memory_mb, settings.yarn_vcores])
    return stamp.digest(decided, *stamps, clone / "yarn" / "hadoop")


def write(layout: Layout, description: Description) -> None:
    """Write it, readable by its owner only: the settings may carry a way to a registry."""
    part = layout.description.with_name("platform.json.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(asdict(description), stream, indent=1)
    part.replace(layout.description)


def read(file: Path) -> Description | None:
    """What was written at the last start, or None."""
    try:
        return Description(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        return None
