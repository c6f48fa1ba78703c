"""A place to build in, an index of one's own beside the usual one, and a conda channel."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.conda_channel import CondaChannel, CondaPackage
from harness.package_index import PackageIndex, running_index
from kubeyard_api.builder.assemble import Assembly
from kubeyard_api.builder.log import BuildLog
from kubeyard_api.builder.pack import Archive
from kubeyard_api.builder.recipe import Recipe, Workshop

BASE_PYTHON = Path("/usr/bin/python3.11")


@dataclass(frozen=True)
class Bench:
    """Builds recipes the way a build does, without database and cluster."""

    workshop: Workshop
    folder: Path

    def assembly(self, name: str, pip: tuple[str, ...] = (), conda: tuple[str, ...] = ()) -> Assembly:
        """Begin one environment in a folder of its own."""
        work = self.folder / name
        work.mkdir()
        hidden = {str(work): "<build>", str(self.workshop.folder): "<builds>"}
        log = BuildLog(self.log_file(name), hidden)
        return Assembly(Recipe("3.11", conda, pip), self.workshop, work, log)

    def build(self, name: str, pip: tuple[str, ...] = (), conda: tuple[str, ...] = ()) -> Archive:
        """Take it through every step."""
        assembly = self.assembly(name, pip, conda)
        try:
            assembly.validate()
            assembly.install(assembly.solve())
            assembly.smoke_test()
            return assembly.pack()
        finally:
            assembly.log.close()

    def log_file(self, name: str) -> Path:
        """Where its log is."""
        return self.folder / f"{name}.log"


@pytest.fixture(scope="session")
def spark_home(request: pytest.FixtureRequest) -> Path:
    """Return the pyspark that KUBEYARD_TEST_SPARK_HOME names, else the platform's."""
    named = os.environ.get("KUBEYARD_TEST_SPARK_HOME")
    return Path(named or request.getfixturevalue("platform").environment["KUBEYARD_SPARK_HOME"])


@pytest.fixture(scope="session")
def workshop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a place for caches that all tests share."""
    return tmp_path_factory.mktemp("workshop")


@pytest.fixture
def bench(workshop_folder: Path, tmp_path: Path) -> Bench:
    """Return a bench without any conda channel."""
    return Bench(Workshop(workshop_folder, BASE_PYTHON, ()), tmp_path)


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[PackageIndex]:
    """Return an index whose packages come before the usual ones."""
    with running_index() as served:
        monkeypatch.setenv("UV_INDEX", served.url)
        yield served


@pytest.fixture(scope="session")
def channel(tmp_path_factory: pytest.TempPathFactory) -> CondaChannel:
    """Return a channel with a real Python and a package on top of it."""
    folder = tmp_path_factory.mktemp("conda")
    made = CondaChannel(folder / "channel")
    made.add_python(folder)
    made.add(CondaPackage("harbour", "1.2", {"harbour/__init__.py": "BERTHS = 7\n"}))
    made.publish()
    return made


@pytest.fixture
def conda_bench(workshop_folder: Path, tmp_path: Path, channel: CondaChannel) -> Bench:
    """Return a bench that takes conda packages from the channel of the tests."""
    return Bench(Workshop(workshop_folder, BASE_PYTHON, (channel.url,)), tmp_path)
