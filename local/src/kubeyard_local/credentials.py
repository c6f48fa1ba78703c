"""The platform's secrets: each made once, in a file that only the services' account may read."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from kubeyard_local.accounts import Account
from kubeyard_local.layout import Layout

# The web UI makes its signing keys itself, in the same folder.
NAMES = (
    "web-secret-key",
    "hub-client-secret",
    "hub-service-token",
    "hub-crypt-key",
    "hub-proxy-token",
    "httpfs-signature",
)
BYTES = 32


def ensure(layout: Layout, owner: Account) -> None:
    """Make the secrets that are missing; never changes one."""
    for file in files(layout).values():
        if not file.exists():
            _create(file, owner)


def files(layout: Layout) -> Mapping[str, Path]:
    """Each secret's file by its name."""
    return {name: layout.secrets / name for name in NAMES}


def _create(file: Path, owner: Account) -> None:
    """All or nothing: a secret cut off half-way would be taken for a whole one by the next start."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(secrets.token_hex(BYTES))
    if os.geteuid() == 0:
        os.chown(part, owner.uid, owner.gid)
    part.replace(file)
