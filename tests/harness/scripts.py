"""Scripts as tests run them: with nobody at the keyboard and, if a test wants, few programs on their PATH."""

import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path


def run_unattended(
    command: Sequence[str | Path], environment: Mapping[str, str], timeout_seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run it to its end, however it ends, and return what it said."""
    return subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_seconds,
        check=False,
    )


def link_programs(folder: Path, names: Iterable[str]) -> Path:
    """Make the folder a PATH with these programs of this machine, and no others."""
    folder.mkdir()
    for name in names:
        found = shutil.which(name)
        assert found, f"this machine has no {name}"
        (folder / name).symlink_to(found)
    return folder


def install_program(folder: Path, name: str, body: str) -> Path:
    """Put a shell program into the folder."""
    program = folder / name
    program.write_text(f"#!/bin/bash\n{body}\n")
    program.chmod(0o755)
    return program
