"""Settings of a Hub whose files lie in a test's folder."""

import os
import secrets
from pathlib import Path
from typing import Any

SECRETS = ("crypt-key", "client-secret", "proxy-token", "service-token")


def environment_in(folder: Path, **changes: str) -> dict[str, str]:
    """The environment of a Hub with local Labs; `changes` are settings without their prefix."""
    for name in ("state", "labs"):
        (folder / name).mkdir(exist_ok=True)
    for name in SECRETS:
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(secrets.token_hex(32))
    usual = {
        "HUB_STATE_DIR": str(folder / "state"),
        "HUB_CRYPT_KEY_FILE": str(folder / "crypt-key"),
        "HUB_CLIENT_SECRET_FILE": str(folder / "client-secret"),
        "HUB_PROXY_TOKEN_FILE": str(folder / "proxy-token"),
        "HUB_SERVICE_TOKEN_FILE": str(folder / "service-token"),
        "LAB_HOMES": str(folder / "labs"),
        "LAB_ACCOUNT": unprivileged_account(),
    }
    return {f"KUBEYARD_{name}": value for name, value in (usual | changes).items()}


def unprivileged_account() -> str:
    """Labs never run as root, so tests that do give them an account that exists everywhere."""
    return "nobody" if os.geteuid() == 0 else ""


def apply(monkeypatch: Any, environment: dict[str, str]) -> None:
    """Make this the process's environment, without settings of the machine."""
    for name in [name for name in os.environ if name.startswith("KUBEYARD_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
