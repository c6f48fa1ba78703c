"""Copying an interpreter and its standard library into a prefix that runs wherever it is unpacked.

CPython finds its library beside itself, so a copy of both is relocatable. What must not come along is what
points back at the machine, and what no kernel reads: YARN changes the mode of every single file when it
unpacks an archive on a node, so each file costs start-up time there.
"""

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.process import tool_environment

DROPPED_FOLDERS = frozenset(
    {"test", "tests", "idlelib", "idle_test", "ensurepip", "lib2to3", "tkinter", "turtledemo", "__phello__"}
    | {"__pycache__", "site-packages", "dist-packages"}
)
DROPPED_FILES = frozenset(
    # The mark that refuses installation into the machine's own Python, its site hook, and drawing in windows.
    {"EXTERNALLY-MANAGED", "sitecustomize.py", "usercustomize.py", "turtle.py"}
)
QUESTION = """
import json, platform, sys, sysconfig
print(json.dumps({
    "version": platform.python_version(), "short": sysconfig.get_python_version(),
    "executable": sys.executable, "prefix": sys.base_prefix,
    "stdlib": sysconfig.get_path("stdlib"), "extensions": sysconfig.get_config_var("DESTSHARED"),
    "platform": sysconfig.get_platform(), "venv": sys.prefix != sys.base_prefix,
}))
"""


@dataclass(frozen=True)
class BasePython:
    """An installed interpreter, as it describes itself."""

    version: str
    short: str
    executable: Path
    prefix: Path
    stdlib: Path
    extensions: Path
    platform: str

    @property
    def own_folders(self) -> tuple[Path, ...]:
        """Where nothing of an environment may come from; /usr holds much that every node has."""
        prefix = self.prefix.resolve()
        return (self.stdlib,) if prefix == Path("/usr") else (self.stdlib, prefix)

    def identity(self) -> str:
        """What tells this interpreter from another build of the same version."""
        digest = hashlib.sha256(self.executable.read_bytes()).hexdigest()
        return f"{self.version} {self.platform} {digest}"


def describe(interpreter: Path) -> BasePython:
    """Ask an interpreter where its parts are."""
    try:
        answer = subprocess.run(
            [interpreter, "-I", "-S", "-c", QUESTION],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
            env=tool_environment(),
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise BuildFailure(
            FailureCode.BASE_PYTHON,
            f"The Python for new environments, {interpreter}, does not run. "
            "An administrator must set KUBEYARD_BASE_PYTHON to a working interpreter.",
        ) from error
    found = json.loads(answer)
    return BasePython(
        version=found["version"],
        short=found["short"],
        executable=Path(found["executable"]).resolve(),
        prefix=Path(found["prefix"]),
        stdlib=Path(found["stdlib"]).resolve(),
        extensions=Path(found["extensions"]).resolve(),
        platform=found["platform"],
    )


def copy_into(base: BasePython, prefix: Path) -> None:
    """Make `prefix` a complete Python of its own."""
    library = prefix / os.path.relpath(base.stdlib, base.prefix.resolve())
    shutil.copytree(base.stdlib, library, ignore=_dropped, symlinks=False)
    if not base.extensions.is_relative_to(base.stdlib):
        shutil.copytree(base.extensions, library / "lib-dynload", dirs_exist_ok=True)
    (library / "site-packages").mkdir()
    _copy_interpreter(base, prefix)
    _copy_shared_library(base, prefix)
    _undo_distribution_patches(library)


def _dropped(folder: str, names: list[str]) -> set[str]:
    return {
        name
        for name in names
        if name in DROPPED_FILES
        or ((name in DROPPED_FOLDERS or name.startswith("config-")) and Path(folder, name).is_dir())
    }


def _copy_interpreter(base: BasePython, prefix: Path) -> None:
    programs = prefix / "bin"
    programs.mkdir()
    real = programs / f"python{base.short}"
    shutil.copyfile(base.executable, real)
    real.chmod(0o755)
    for name in ("python", "python3"):
        (programs / name).symlink_to(real.name)


def _copy_shared_library(base: BasePython, prefix: Path) -> None:
    """Some interpreters keep their core in libpython, found through `$ORIGIN/../lib`."""
    for library in base.prefix.glob("lib/libpython*.so*"):
        (prefix / "lib").mkdir(exist_ok=True)
        shutil.copy(library, prefix / "lib" / library.name, follow_symlinks=False)


def _undo_distribution_patches(library: Path) -> None:
    """Debian and Ubuntu install to /usr/local and look for packages in dist-packages.

    Where to look is compiled into their interpreter (`site` is a frozen module), so that folder is given
    to it as another name of site-packages; where to install is decided by `sysconfig`, which is a file.
    """
    if "dist-packages" not in (library / "site.py").read_text("utf-8"):
        return
    (library / "dist-packages").symlink_to("site-packages")
    schemes = library / "sysconfig.py"
    text = schemes.read_text("utf-8")
    for found, instead in (
        ("prefix_scheme = 'posix_local'", "prefix_scheme = 'posix_prefix'"),
        ("'DEB_PYTHON_INSTALL_LAYOUT', 'posix_local'", "'', 'posix_prefix'"),
    ):
        text = text.replace(found, instead)
    schemes.write_text(text, "utf-8")
