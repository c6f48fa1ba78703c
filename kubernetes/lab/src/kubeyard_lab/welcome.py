"""The Welcome notebook, placed in each new home."""

import os
from importlib.resources import files
from pathlib import Path

WELCOME = "Welcome.ipynb"
_PLACED = ".kubeyard-welcome"


def place_welcome(home: Path) -> bool:
    """Put the notebook into a home that never had it; one that was changed or deleted stays so."""
    marker = home / _PLACED
    try:
        marker.touch(mode=0o600, exist_ok=False)
        text = files("kubeyard_lab").joinpath("notebooks", WELCOME).read_bytes()
        target = os.open(home / WELCOME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(target, "wb") as notebook:
        notebook.write(text)
    return True
