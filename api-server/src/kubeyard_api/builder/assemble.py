"""From a recipe to a packed archive: all of a build that needs neither the database nor the cluster."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from kubeyard_api.builder import base_python, bytecode_script, packages
from kubeyard_api.builder.bundle import bundle
from kubeyard_api.builder.conda import CondaWork, files_of, forget_installation
from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.log import BuildLog
from kubeyard_api.builder.pack import Archive, pack
from kubeyard_api.builder.pip_install import check_agreement, install_pip, installed_versions
from kubeyard_api.builder.pip_solve import locked_versions, requested_names, solve_pip
from kubeyard_api.builder.process import run_tool
from kubeyard_api.builder.recipe import BUILDER_VERSION, Recipe, Workshop
from kubeyard_api.builder.relocate import relocate
from kubeyard_api.builder.smoke import Trial, smoke_test
from kubeyard_api.builder.trim import trim

COMPILE_SECONDS = 600
LOCK_IN_ARCHIVE = Path("share/kubeyard/lock.txt")


@dataclass(frozen=True)
class Solution:
    """The exact packages of an environment; `identity` is the same exactly when the archive would be."""

    identity: str
    lock: str
    pip_lock: Path


class Assembly:
    """One environment on its way from names to an archive; its steps are called in order."""

    def __init__(self, recipe: Recipe, workshop: Workshop, work: Path, log: BuildLog) -> None:
        self.recipe = recipe
        self.workshop = workshop
        self.log = log
        self._work = work
        self._prefix = work / "prefix"
        self._stage = work / "stage"
        self._conda = CondaWork(recipe, workshop, work, log)
        self._conda_files: dict[str, list[str]] = {}

    def validate(self) -> None:
        """Refuse what may not be asked for, and a Python that is not there."""
        if found := packages.problems(self.recipe.pip, self.recipe.conda):
            raise BuildFailure(FailureCode.BAD_PACKAGE, " ".join(found))
        if self.recipe.conda:
            return
        base = base_python.describe(self.workshop.base_python)
        if base.short != self.recipe.python:
            raise BuildFailure(
                FailureCode.BASE_PYTHON,
                f"Environments without conda packages get this platform's Python {base.short}, not "
                f"{self.recipe.python}. Choose {base.short}.",
            )

    def solve(self) -> Solution:
        """Choose every version. With conda its packages are put in place here: pip must see them."""
        if not self.recipe.conda:
            return self._solved(
                base_python.describe(self.workshop.base_python).identity(), self.workshop.base_python
            )
        chosen = self._conda.solve()
        self._conda.install(self._prefix)
        return self._solved("\n".join(chosen), self._prefix / "bin" / "python")

    def install(self, solution: Solution) -> None:
        """Put everything into one prefix and make that independent of where it lies."""
        if not self.recipe.conda:
            self._prefix.mkdir()
            base_python.copy_into(base_python.describe(self.workshop.base_python), self._prefix)
        install_pip(self._prefix, solution.pip_lock, self.workshop, self.log)
        if self.recipe.conda:
            check_agreement(self._prefix, self.log)
            self._conda_files = files_of(self._prefix, self._conda_names())
            forget_installation(self._prefix)
        self._finish(solution)

    def smoke_test(self) -> None:
        """Move the prefix away from where it was made and try it there."""
        self._stage.mkdir()
        self._prefix.rename(self._stage / "environment")
        base = None if self.recipe.conda else base_python.describe(self.workshop.base_python)
        smoke_test(self._stage, Trial(requested_names(self.recipe), self._conda_files, base), self.log)

    def pack(self) -> Archive:
        """Make the archive."""
        archive = pack(self._stage / "environment", self._work / "environment.tar.gz", self.workshop)
        self.log.line(
            f"{archive.files:,} files, {archive.size_bytes / 2**20:.1f} MiB, sha256 {archive.sha256}"
        )
        return archive

    def _solved(self, platform: str, python: Path) -> Solution:
        installed = installed_versions(python) if self.recipe.conda else []
        lock = solve_pip(self.recipe, self.workshop, python, installed, self._work, self.log)
        versions = locked_versions(lock)
        self.log.line(f"{len(versions)} pip packages: {', '.join(f'{n} {v}' for n, v in versions.items())}")
        text = f"kubeyard {BUILDER_VERSION}\n{platform}\n{lock.read_text('utf-8')}"
        return Solution(hashlib.sha256(text.encode()).hexdigest(), text, lock)

    def _conda_names(self) -> list[str]:
        return [packages.conda_name(packages.conda_spec(line)) for line in self.recipe.conda]

    def _finish(self, solution: Solution) -> None:
        site_packages = _site_packages(self._prefix, self.recipe.python)
        dropped = trim(site_packages)
        relocate(self._prefix)
        for cache in list(self._prefix.rglob("__pycache__")):
            shutil.rmtree(cache)
        _write(self._prefix / LOCK_IN_ARCHIVE, solution.lock)
        self.workshop.bytecode_cache.mkdir(parents=True, exist_ok=True)
        python = self._prefix / "bin" / "python"
        command: list[str | Path] = [
            python,
            "-I",
            "-B",
            bytecode_script.__file__,
            self._prefix,
            self.workshop.bytecode_cache,
        ]
        outcome = run_tool(command, self.log, timeout_seconds=COMPILE_SECONDS)
        if outcome.code != 0:
            raise BuildFailure(
                FailureCode.INTERNAL, "Compiling the modules failed; see the log, and build again."
            )
        bundle(self._prefix, site_packages.parent)
        self.log.line(f"left out {dropped:,} files that no kernel reads")


def _site_packages(prefix: Path, python: str) -> Path:
    found = [path for path in prefix.glob(f"lib*/python{python}/site-packages") if path.is_dir()]
    if not found:
        raise BuildFailure(
            FailureCode.INTERNAL, "The installed Python has no place for packages; see the log."
        )
    return found[0]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
