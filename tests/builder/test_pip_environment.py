"""A pip environment from names to an archive that runs by itself."""

import subprocess
import tarfile
from pathlib import Path

import pytest
from harness.package_index import PackageIndex

from .conftest import Bench

MOST_FILES = 4500


def run(environment: Path, code: str) -> str:
    """What this code prints in an unpacked environment, without anything of this process's surroundings."""
    command = [str(environment / "bin" / "python"), "-c", code]
    return subprocess.check_output(command, text=True, timeout=60, env={"PATH": "/usr/bin:/bin"}).strip()


@pytest.mark.slow
def test_the_archive_runs_where_it_is_unpacked_and_is_the_same_each_time(
    bench: Bench, index: PackageIndex, tmp_path: Path
) -> None:
    index.add_wheel("anchor", "1.0", {"anchor/__init__.py": "WEIGHT = 3\n"}, requires=["humanize"])
    archive = bench.build("first", pip=("anchor",))
    unpacked = tmp_path / "elsewhere" / "environment"
    with tarfile.open(archive.path) as tar:
        names = tar.getnames()
    unpacked.mkdir(parents=True)
    subprocess.run(["tar", "-xzf", archive.path, "-C", unpacked], check=True, timeout=60)

    assert {"bin/python", "bin/python3.11", "bin/ipython"} <= set(names)
    assert archive.files == len(names) <= MOST_FILES
    assert run(unpacked, "import anchor, humanize; print(anchor.WEIGHT)") == "3"
    assert run(unpacked, "import sys; print(sys.prefix)") == str(unpacked)
    foreign = "import sys; print([p for p in sys.path if p and not p.startswith(sys.prefix)])"
    assert run(unpacked, foreign) == "[]"
    assert run(unpacked, "import ipykernel; print(ipykernel.version_info[0])") == "6"
    assert subprocess.run([unpacked / "bin" / "ipython", "--version"], timeout=60, check=True).returncode == 0
    # No folder of this machine is left in any file.
    found = subprocess.run(
        ["grep", "-rlF", str(tmp_path), unpacked], capture_output=True, timeout=60, check=False
    )
    assert found.stdout == b""

    again = bench.build("second", pip=("anchor",))
    assert again.sha256 == archive.sha256

    log = bench.log_file("first").read_text()
    assert "+ anchor==1.0" in log
    assert "kernel: started and answered" in log
    assert str(bench.folder) not in log
