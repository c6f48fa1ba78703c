"""Trying environments out: what fails there is told in the words of the failure."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from kubeyard_api.builder import base_python
from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.log import BuildLog
from kubeyard_api.builder.smoke import Trial, can_hide, smoke_test

from .conftest import BASE_PYTHON

pytestmark = pytest.mark.slow


class Stage:
    """A Python of its own with single modules in it, and nothing else: no kernel either."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = base_python.describe(BASE_PYTHON)
        environment = folder / "environment"
        environment.mkdir(parents=True)
        base_python.copy_into(self.base, environment)
        self._packages = environment / "lib/python3.11/site-packages"
        self.log = BuildLog(folder / "build.log", {})

    def add(self, name: str, code: str) -> None:
        """Install a distribution of one module."""
        (self._packages / f"{name}.py").write_text(code)
        information = self._packages / f"{name}-1.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (information / "RECORD").write_text(f"{name}.py,,\n")

    def try_out(self, *names: str) -> BuildFailure:
        """The failure of a trial; without a kernel each one fails in the end."""
        with pytest.raises(BuildFailure) as caught:
            smoke_test(self.folder, Trial(names, {}, self.base), self.log)
        assert caught.value.code is FailureCode.SMOKE_TEST
        return caught.value


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Return a stage."""
    made = Stage(tmp_path / "stage")
    yield made
    made.log.close()


def said(stage: Stage) -> str:
    """What the log says."""
    return (stage.folder / "build.log").read_text()


def test_a_module_that_cannot_be_imported_is_named_with_the_reason(stage: Stage) -> None:
    stage.add("broken", "import missing_thing\n")
    reason = stage.try_out("broken").reason
    assert "import broken (of broken): ModuleNotFoundError: No module named 'missing_thing'" in reason
    assert "FAILED: import broken" in said(stage)


def test_a_module_that_ends_its_python_is_named(stage: Stage) -> None:
    stage.add("sinker", "import os\nos.abort()\n")
    assert "while importing sinker (SIGABRT)" in stage.try_out("sinker").reason


def test_a_kernel_that_does_not_start_is_told(stage: Stage) -> None:
    stage.add("fine", "")
    reason = stage.try_out("fine").reason
    assert "kernel: ModuleNotFoundError" in reason
    assert "fine: fine" in said(stage)


@pytest.mark.skipif(not can_hide(), reason="this machine allows no user namespaces")
def test_the_base_python_is_hidden(stage: Stage) -> None:
    stage.add(
        "spy", f"import os\nassert os.listdir({str(stage.base.stdlib)!r}) == [], 'the base is visible'\n"
    )
    stage.try_out("spy")
    assert "FAILED: import spy" not in said(stage)


def test_something_loaded_from_the_base_python_is_found(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubeyard_api.builder.smoke.can_hide", lambda: False)
    stage.add("borrower", f"import sys\nsys.path.insert(0, {str(stage.base.stdlib)!r})\nimport this\n")
    stage.try_out("borrower")
    assert f"FAILED: independence: {stage.base.stdlib}/" in said(stage)


def test_an_interpreter_that_keeps_its_core_elsewhere_is_found(
    tmp_path: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As a Python does that finds its libpython by an absolute path.
    elsewhere = tmp_path / "python"
    (elsewhere / "lib").mkdir(parents=True)
    library = elsewhere / "lib" / "core.so"
    shutil.copy(next(stage.base.extensions.glob("_json*.so")), library)
    monkeypatch.setattr(stage, "base", replace(stage.base, prefix=elsewhere))
    stage.add("borrower", f"import ctypes\nctypes.CDLL({str(library)!r})\n")
    stage.try_out("borrower")
    assert f"FAILED: independence: {library} was loaded" in said(stage)
