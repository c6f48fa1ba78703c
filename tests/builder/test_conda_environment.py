"""Conda packages, alone and with pip's, from a channel made here with a real Python."""

import subprocess
from pathlib import Path

import pytest
from harness.conda_channel import CondaChannel
from harness.package_index import PackageIndex
from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.recipe import Workshop

from .conftest import BASE_PYTHON, Bench


def failure_of(bench: Bench, *conda: str) -> BuildFailure:
    """The failure of solving these packages."""
    assembly = bench.assembly("build", conda=conda)
    with pytest.raises(BuildFailure) as caught:
        assembly.solve()
    assembly.log.close()
    return caught.value


@pytest.mark.slow
def test_conda_and_pip_packages_come_together_in_one_archive(
    conda_bench: Bench, index: PackageIndex, tmp_path: Path
) -> None:
    index.add_wheel("anchor", "1.0", {"anchor/__init__.py": "WEIGHT = 3\n"})
    archive = conda_bench.build("first", conda=("harbour>=1",), pip=("anchor",))
    unpacked = tmp_path / "elsewhere"
    unpacked.mkdir()
    subprocess.run(["tar", "-xzf", archive.path, "-C", unpacked], check=True, timeout=60)
    code = "import harbour, anchor, ipykernel; print(harbour.BERTHS, anchor.WEIGHT)"
    command = [str(unpacked / "bin" / "python"), "-c", code]
    assert subprocess.check_output(command, text=True, timeout=60, env={"PATH": "/usr/bin:/bin"}) == "7 3\n"
    assert not (unpacked / "conda-meta").exists()
    assert "harbour 1.2" in (unpacked / "share/kubeyard/lock.txt").read_text()


def test_an_unknown_conda_package_is_named_with_the_channel(
    conda_bench: Bench, channel: CondaChannel
) -> None:
    failure = failure_of(conda_bench, "harbour", "no-such-package")
    assert failure.code is FailureCode.UNKNOWN_PACKAGE
    assert "'no-such-package'" in failure.reason
    assert channel.folder.name in failure.reason


def test_an_unknown_conda_version_is_named(conda_bench: Bench) -> None:
    failure = failure_of(conda_bench, "harbour>=9")
    assert failure.code is FailureCode.UNKNOWN_VERSION
    assert "harbour >=9" in failure.reason


def test_a_channel_out_of_reach_is_named(workshop_folder: Path, tmp_path: Path) -> None:
    bench = Bench(Workshop(workshop_folder, BASE_PYTHON, ("http://127.0.0.1:9/harbours",)), tmp_path)
    failure = failure_of(bench, "harbour")
    assert failure.code is FailureCode.CHANNEL_UNREACHABLE
    assert "http://127.0.0.1:9/harbours" in failure.reason
    assert "Connection refused" in failure.reason
