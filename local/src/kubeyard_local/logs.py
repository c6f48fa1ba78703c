"""`logs`: the last lines of a service's log, or of all, and what comes after."""

import os
from collections.abc import Sequence

from kubeyard_local.layout import Layout
from kubeyard_local.problem import Problem

LINES = "60"


def show(layout: Layout, service: str | None, *, follow: bool) -> None:
    """Become `tail`, which knows how to follow a file across its rotation."""
    names = [service] if service else sorted(file.stem for file in layout.logs.glob("*.log"))
    files = [layout.logs / f"{name}.log" for name in names]
    missing = [file.stem for file in files if not file.exists()]
    if missing or not files:
        raise Problem(f"No log of {service or 'any service'} lies in {layout.logs}. {_known(layout)}")
    options: Sequence[str] = ("--lines", LINES, *(("--follow=name", "--retry") if follow else ()))
    os.execvp("tail", ["tail", *options, "--", *map(str, files)])  # noqa: S606, S607 - no shell, a program of every machine


def _known(layout: Layout) -> str:
    names = sorted(file.stem for file in layout.logs.glob("*.log"))
    return f"There are logs of: {', '.join(names)}." if names else "Nothing was started here yet."
