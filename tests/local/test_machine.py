"""What is taken from the machine: memory, cores, Java."""

from pathlib import Path

import pytest
from kubeyard_local import machine
from kubeyard_local.problem import Problem
from kubeyard_local.settings import from_environment


@pytest.mark.parametrize(
    ("total_mb", "given_mb"), [(4096, 2048), (7900, 3072), (8192, 3584), (16384, 11776), (131072, 12288)]
)
def test_yarn_gets_what_the_platform_leaves_within_bounds(total_mb: int, given_mb: int) -> None:
    assert machine.yarn_memory_mb(total_mb) == given_mb


def test_a_setting_decides_over_the_machine(environment: dict[str, str]) -> None:
    chosen = from_environment({**environment, "KUBEYARD_YARN_MEMORY_MB": "3000", "KUBEYARD_YARN_VCORES": "5"})
    assert (chosen.yarn_memory_mb, chosen.yarn_vcores) == (3000, 5)


def test_patience_with_a_silent_worker_is_a_setting_with_a_default(environment: dict[str, str]) -> None:
    assert from_environment(environment).worker_patience_seconds == 60
    mine = from_environment({**environment, "KUBEYARD_WORKER_PATIENCE_SECONDS": "5"})
    assert mine.worker_patience_seconds == 5


def test_a_setting_that_is_no_number_is_refused_by_its_name(environment: dict[str, str]) -> None:
    with pytest.raises(Problem, match="KUBEYARD_YARN_MEMORY_MB is 'much'"):
        from_environment({**environment, "KUBEYARD_YARN_MEMORY_MB": "much"})


def java(home: Path, version: str) -> Path:
    """The part of a Java installation that tells its version."""
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").touch(mode=0o755)
    (home / "release").write_text(f'IMPLEMENTOR="X"\nJAVA_VERSION="{version}"\n')
    return home


def test_another_java_is_passed_over(tmp_path: Path) -> None:
    newer, right = java(tmp_path / "a", "25.0.1"), java(tmp_path / "b", "17.0.15")
    path = f"{newer}/bin:{right}/bin"
    assert machine.java_home({"PATH": path}) == right


def test_the_setting_comes_before_the_path(tmp_path: Path) -> None:
    mine, other = java(tmp_path / "a", "17.0.1"), java(tmp_path / "b", "17.0.15")
    assert machine.java_home({"KUBEYARD_JAVA_HOME": str(mine), "PATH": f"{other}/bin"}) == mine


def test_only_what_reaches_registries_is_taken_from_the_caller(environment: dict[str, str]) -> None:
    caller = {
        **environment,
        "UV_INDEX_URL": "https://packages.example/simple",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "AWS_SECRET_ACCESS_KEY": "no",
    }
    assert set(from_environment(caller).registries) == {"UV_INDEX_URL", "HTTPS_PROXY"}
