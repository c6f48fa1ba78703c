"""What is to be built, and the place and means to build it."""

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

CONSTRAINTS = Path(__file__).parent / "constraints"
# The kernel itself: its launcher encrypts the connection, and Enterprise Gateway speaks ipykernel 6.
KERNEL_NEEDS = ("ipykernel", "pycryptodomex")
# Part of every archive's identity: raise it whenever the same packages shall give another archive.
BUILDER_VERSION = "2"


@dataclass(frozen=True)
class Recipe:
    """The packages of one environment."""

    python: str
    conda: tuple[str, ...]
    pip: tuple[str, ...]


@dataclass(frozen=True)
class Workshop:
    """Where environments are built, and with what."""

    folder: Path
    base_python: Path
    channels: tuple[str, ...]
    spark: str = "4.0"
    most_files: int = 100_000
    most_bytes: int = 8 << 30

    @property
    def bytecode_cache(self) -> Path:
        """Compiled modules that other environments had too."""
        return self.folder / "cache" / "bytecode"

    @property
    def conda_cache(self) -> Path:
        """Downloaded conda packages and channel indexes."""
        return self.folder / "cache" / "conda"

    @property
    def constraints(self) -> Path:
        """The versions that the Spark of this environment works with."""
        return constraints_for(self.spark)

    def constrained(self) -> dict[str, Requirement]:
        """Those versions by package name."""
        lines = (line.partition("#")[0].strip() for line in self.constraints.read_text("utf-8").splitlines())
        requirements = [Requirement(line) for line in lines if line]
        return {requirement.name: requirement for requirement in requirements}


def constraints_for(spark: str) -> Path:
    """The file of versions that a Spark works with; absent where they are not known."""
    return CONSTRAINTS / f"spark-{spark}.txt"


def build_folder(workshop: Workshop, build_id: str) -> Path:
    """Where one build works; nothing of it outlives the build."""
    if re.fullmatch(r"[0-9a-f]{32}", build_id) is None:
        raise ValueError(f"{build_id!r} is no build's id")
    return workshop.folder / "work" / build_id


def log_path(workshop_folder: Path, build_id: str) -> Path:
    """Where one build's log is kept."""
    if re.fullmatch(r"[0-9a-f]{32}", build_id) is None:
        raise ValueError(f"{build_id!r} is no build's id")
    return workshop_folder / "logs" / f"{build_id}.log"
