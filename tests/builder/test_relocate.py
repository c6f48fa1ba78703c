"""What makes a prefix independent of where it was made."""

import subprocess
from pathlib import Path

import pytest
from kubeyard_api.builder.failure import BuildFailure
from kubeyard_api.builder.relocate import relocate


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """Return a prefix with a program called python that says where it is."""
    made = tmp_path / "prefix"
    (made / "bin").mkdir(parents=True)
    python = made / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$0 ran $1"\n')
    python.chmod(0o755)
    return made


def test_a_script_runs_the_interpreter_beside_it_wherever_it_lies(prefix: Path, tmp_path: Path) -> None:
    script = prefix / "bin" / "tool"
    script.write_text(f"#!{prefix}/bin/python3.11 -s\nprint('hello')\n")
    script.chmod(0o755)
    relocate(prefix)
    moved = prefix.rename(tmp_path / "elsewhere with a space")
    said = subprocess.check_output([moved / "bin" / "tool"], text=True, timeout=10)
    assert said.strip() == f"{moved}/bin/python ran {moved}/bin/tool"


def test_the_record_of_a_changed_script_has_no_digest(prefix: Path) -> None:
    (prefix / "bin" / "tool").write_text("#!/somewhere/bin/python\n")
    record = prefix / "lib/python3.11/site-packages/tool-1.0.dist-info/RECORD"
    record.parent.mkdir(parents=True)
    record.write_text("../../../bin/tool,sha256=abc,23\ntool.py,sha256=def,4\n")
    relocate(prefix)
    assert record.read_text().splitlines() == ["../../../bin/tool,,", "tool.py,sha256=def,4"]


def test_an_absolute_link_inside_becomes_relative(prefix: Path) -> None:
    (prefix / "bin" / "python3").symlink_to(prefix / "bin" / "python")
    relocate(prefix)
    assert (prefix / "bin" / "python3").readlink() == Path("python")


def test_a_link_that_leads_out_is_refused_by_name(prefix: Path) -> None:
    (prefix / "share").mkdir()
    (prefix / "share" / "zone").symlink_to("/usr/share/zoneinfo")
    with pytest.raises(BuildFailure, match=r"share/zone .* out of the environment, to /usr/share/zoneinfo"):
        relocate(prefix)
