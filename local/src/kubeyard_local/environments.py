"""The virtual environments: each from its lock, then our own packages on top, copied out of the clone.

Copied, not linked: the accounts that run them cannot read the clone, and an edit shows at the next start.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kubeyard_local import child, stamp
from kubeyard_local.layout import Layout


@dataclass(frozen=True)
class Environment:
    """A virtual environment: its lock's name and the folders of our packages in it."""

    name: str
    lock: str
    packages: tuple[str, ...]


PLATFORM = Environment(
    "platform",
    "workspace",
    ("yarn/client", "yarn/identity", "yarn/kernelspecs", "api-server/client", "api-server", "web-ui"),
)
GATEWAY = Environment(
    "gateway", "gateway", ("yarn/client", "yarn/identity", "yarn/kernelspecs", "yarn/gateway")
)
HUB = Environment("hub", "hub", ("kubernetes/hub",))
LAB = Environment("lab", "lab", ("kubernetes/lab",))
ALL = (PLATFORM, GATEWAY, HUB, LAB)


def install(
    layout: Layout, environment: Environment, python: Path, settings: Mapping[str, str], log: Path
) -> None:
    """Bring one environment up to date; does nothing when it is."""
    if environment != PLATFORM:  # made before this program could run: it lives in it
        _install_lock(layout, environment, python, settings, log)
    _install_packages(layout, environment, settings, log)


def is_current(layout: Layout, environment: Environment, python: Path) -> bool:
    """Whether there is nothing to do."""
    return _lock_is_current(layout, environment, python) and stamp.is_current(
        _packages_stamp(layout, environment), _packages_digest(layout, environment)
    )


def _lock_is_current(layout: Layout, environment: Environment, python: Path) -> bool:
    if environment == PLATFORM:
        return True
    wanted = stamp.digest(_lock(layout, environment), str(python))
    return stamp.is_current(layout.venvs / environment.name / ".lock-stamp", wanted)


def _install_lock(
    layout: Layout, environment: Environment, python: Path, settings: Mapping[str, str], log: Path
) -> None:
    if _lock_is_current(layout, environment, python):
        return
    venv, lock = layout.venvs / environment.name, _lock(layout, environment)
    shutil.rmtree(venv, ignore_errors=True)
    what = f"environment {environment.name}"
    create = (_uv(layout), "venv", "--quiet", "--python", str(python), str(venv))
    child.run(what, create, log=log, environment=settings)
    sync = (
        _uv(layout),
        "pip",
        "sync",
        "--quiet",
        "--require-hashes",
        "--compile-bytecode",
        "--python",
        str(venv),
    )
    child.run(what, (*sync, str(lock)), log=log, environment=settings)
    stamp.write(venv / ".lock-stamp", stamp.digest(lock, str(python)))


def _install_packages(
    layout: Layout, environment: Environment, settings: Mapping[str, str], log: Path
) -> None:
    marker, wanted = _packages_stamp(layout, environment), _packages_digest(layout, environment)
    if stamp.is_current(marker, wanted):
        return
    what = f"Kubeyard's packages for {environment.name}"
    python = str(layout.python(environment.name))
    install = (_uv(layout), "pip", "install", "--quiet", "--no-deps", "--reinstall", "--python", python)
    folders = tuple(str(layout.clone / package) for package in environment.packages)
    child.run(what, (*install, *folders), log=log, environment=settings)
    # The services cannot write beside the modules: without this, each start would compile them again.
    site = (layout.venvs / environment.name).glob("lib/python3*/site-packages/kubeyard_*")
    compile_all = (python, "-m", "compileall", "-q", *(str(folder) for folder in site if folder.is_dir()))
    child.run(what, compile_all, log=log, environment=settings)
    stamp.write(marker, wanted)


def _lock(layout: Layout, environment: Environment) -> Path:
    return layout.clone / "locks" / f"{environment.lock}.txt"


def _packages_stamp(layout: Layout, environment: Environment) -> Path:
    return layout.venvs / environment.name / ".packages-stamp"


def _packages_digest(layout: Layout, environment: Environment) -> str:
    # `data` holds what is installed beside the modules, such as the Lab's configuration.
    parts = ("pyproject.toml", "src", "data")
    sources = [layout.clone / folder / part for folder in environment.packages for part in parts]
    return stamp.digest(*sources)


def _uv(layout: Layout) -> str:
    return str(layout.venvs / "tools" / "bin" / "uv")
