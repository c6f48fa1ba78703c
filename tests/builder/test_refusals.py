"""What a build says when packages cannot be had. The solver is the real one, the index partly ours."""

from pathlib import Path

import pytest
from harness.package_index import PackageIndex
from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.recipe import Workshop

from .conftest import BASE_PYTHON, Bench

NOWHERE = "http://127.0.0.1:9/simple"


def failure_of(bench: Bench, *pip: str) -> BuildFailure:
    """The failure of validating and solving these packages."""
    assembly = bench.assembly("build", pip=pip)
    try:
        assembly.validate()
        assembly.solve()
    except BuildFailure as failure:
        return failure
    finally:
        assembly.log.close()
    raise AssertionError(f"{pip} could be had")


def test_a_line_that_is_no_package_is_named(bench: Bench) -> None:
    failure = failure_of(bench, "humanize", "git+https://example.org/x")
    assert failure.code is FailureCode.BAD_PACKAGE
    assert failure.reason.startswith("pip line 2: 'git+https://example.org/x' asks for a source repository")


def test_an_unknown_package_is_named(bench: Bench) -> None:
    failure = failure_of(bench, "humanize", "kubeyard-no-such-package")
    assert failure.code is FailureCode.UNKNOWN_PACKAGE
    assert "'kubeyard-no-such-package'" in failure.reason
    assert "Check the spelling" in failure.reason


def test_an_import_name_gets_the_published_name(bench: Bench) -> None:
    failure = failure_of(bench, "cv2")
    assert "write that name" in failure.reason
    assert "opencv-python-headless" in failure.reason


def test_an_unknown_version_is_named(bench: Bench) -> None:
    failure = failure_of(bench, "humanize==99")
    assert failure.code is FailureCode.UNKNOWN_VERSION
    assert "humanize==99" in failure.reason


@pytest.mark.slow
def test_a_package_of_source_only_is_refused_and_never_built(bench: Bench, index: PackageIndex) -> None:
    index.add_source("sourceonly", "1.0")
    failure = failure_of(bench, "sourceonly")
    assert failure.code is FailureCode.NO_WHEEL
    assert "sourceonly" in failure.reason
    assert "wheels only" in failure.reason


@pytest.mark.slow
def test_two_wishes_that_exclude_each_other_are_named(bench: Bench, index: PackageIndex) -> None:
    index.add_wheel("tide", "1.0", {"tide.py": ""}, requires=["moon<2"])
    index.add_wheel("moon", "1.0", {"moon.py": ""})
    index.add_wheel("moon", "2.0", {"moon.py": ""})
    failure = failure_of(bench, "tide", "moon>=2")
    assert failure.code is FailureCode.CONFLICT
    assert "tide" in failure.reason
    assert "moon>=2" in failure.reason
    assert "unsatisfiable" not in failure.reason


def test_a_version_that_spark_does_not_work_with_is_refused_with_the_range(bench: Bench) -> None:
    failure = failure_of(bench, "pandas==3.0.1")
    assert failure.code is FailureCode.CONFLICT
    assert "Spark 4.0 works with pandas<3" in failure.reason


def test_an_index_that_does_not_answer_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", NOWHERE)
    monkeypatch.setenv("UV_NO_CACHE", "1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    failure = failure_of(bench, "humanize")
    assert failure.code is FailureCode.INDEX_UNREACHABLE
    assert "127.0.0.1:9" in failure.reason


def test_another_python_than_the_one_here_is_refused(bench: Bench) -> None:
    assembly = bench.assembly("build", pip=("humanize",))
    object.__setattr__(assembly.recipe, "python", "3.12")
    with pytest.raises(BuildFailure, match=r"Python 3\.11, not 3\.12"):
        assembly.validate()
    assembly.log.close()


def test_a_base_python_that_is_not_there_is_the_administrators_matter(tmp_path: Path) -> None:
    bench = Bench(Workshop(tmp_path, Path("/nonexistent/python"), ()), tmp_path)
    failure = failure_of(bench, "humanize")
    assert failure.code is FailureCode.BASE_PYTHON
    assert "KUBEYARD_BASE_PYTHON" in failure.reason
    assert BASE_PYTHON.exists()
