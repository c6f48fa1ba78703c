"""Limits that an administrator hands over: in force as a whole, or not at all."""

import json
import subprocess
from pathlib import Path

import pytest
from harness.gateway import gateway_python

GOOD = {"everyone": {"kernels": 4}}


def take(content: str, file: Path) -> subprocess.CompletedProcess[str]:
    command = [gateway_python(), "-m", "kubeyard_gateway.take_limits", str(file)]
    return subprocess.run(command, input=content, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("content", ['{"everyone": {"kernels": -1}}', '{"everybody": {}}', "", "<html>"])
def test_wrong_limits_are_refused_and_the_old_ones_stay(content: str, tmp_path: Path) -> None:
    file = tmp_path / "limits.json"
    assert take(json.dumps(GOOD), file).returncode == 0
    done = take(content, file)
    assert done.returncode == 1
    assert done.stderr.startswith("The limits stay as they are: ")
    assert "Traceback" not in done.stderr
    assert str(tmp_path) not in done.stderr
    assert json.loads(file.read_text()) == GOOD
    assert list(tmp_path.iterdir()) == [file]
