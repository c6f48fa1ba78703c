"""Making a prefix independent of the folder in which it was made."""

import os
import re
from pathlib import Path

from kubeyard_api.builder.failure import BuildFailure, FailureCode

PYTHON_SHEBANG = re.compile(rb"\A#![^\n]*?python[0-9.]*[^\n]*\n")
EXEC_SHEBANG = re.compile(rb"\A#!/bin/sh\n'''exec' [^\n]*\n' '''\n")
# The kernel's own /bin/sh finds the interpreter beside the script; Python reads the same line as a string.
RELATIVE_SHEBANG = b"""#!/bin/sh
'''exec' "$(dirname -- "$(realpath -- "$0")")/python" "$0" "$@"
' '''
"""


def relocate(prefix: Path) -> None:
    """Let scripts find the interpreter beside them, and links stay inside the prefix."""
    scripts = [path for path in (prefix / "bin").iterdir() if path.is_file() and not path.is_symlink()]
    changed = {script.name for script in scripts if _relocate_script(script)}
    for record in prefix.glob("lib*/python*/site-packages/*.dist-info/RECORD"):
        _forget_digests(record, changed)
    for folder, folders, files in os.walk(prefix):
        for name in (*folders, *files):
            path = Path(folder, name)
            if path.is_symlink():
                _relocate_link(path, prefix)


def _relocate_script(script: Path) -> bool:
    with script.open("rb") as file:
        if file.read(2) != b"#!":
            return False
    content = script.read_bytes()
    for pattern in (EXEC_SHEBANG, PYTHON_SHEBANG):
        changed = pattern.sub(lambda _: RELATIVE_SHEBANG, content, count=1)
        if changed != content:
            mode = script.stat().st_mode
            # Written as a new file: the old one may be a hard link into a package cache that others share.
            script.unlink()
            script.write_bytes(changed)
            script.chmod(mode)
            return True
    return False


def _forget_digests(record: Path, changed: set[str]) -> None:
    """An installation's record holds the digests of its scripts as they were, naming our folder."""
    lines = record.read_text("utf-8").splitlines()
    kept = [line if _script_in(line) not in changed else f"{line.partition(',')[0]},," for line in lines]
    if kept != lines:
        record.unlink()
        record.write_text("\n".join(kept) + "\n", "utf-8")


def _script_in(line: str) -> str:
    path = line.partition(",")[0]
    return path.rpartition("/")[2] if "/bin/" in path and path.startswith("..") else ""


def _relocate_link(link: Path, prefix: Path) -> None:
    target = link.readlink()
    inside = Path(os.path.normpath(link.parent / target)).is_relative_to(prefix)
    if not inside:
        raise BuildFailure(
            FailureCode.BAD_PACKAGE,
            f"The link {link.relative_to(prefix)} of a package points out of the environment, to {target}, "
            "which would not exist on the cluster's nodes. Leave that package out.",
        )
    if target.is_absolute():
        link.unlink()
        link.symlink_to(os.path.relpath(target, link.parent))
