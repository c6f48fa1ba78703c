"""This gateway's own name in YARN: the same after a restart, another for every other gateway."""

import secrets
from pathlib import Path

from kubeyard_identity.whole_file import write_whole


def own_name(state: Path) -> str:
    """Return the name that the folder `state` holds; the first call makes one."""
    file = state / "instance"
    if not file.exists():
        write_whole(file, secrets.token_hex(8).encode(), 0o600)
    return file.read_text().strip()


def own_tag(state: Path) -> str:
    """Return the tag by which this gateway's applications are known in YARN."""
    return f"gateway:{own_name(state)}"
