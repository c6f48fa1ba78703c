"""A kernel that fails as it starts, as its notebook hears of it; what YARN says is scripted."""

from pathlib import Path

import pytest
from harness.failing_launch import broken_package, launch
from harness.scripted_yarn import SPEC, ScriptedYarn

from .scripted_cluster import lab_before

pytestmark = pytest.mark.daemons


def test_python_that_fails_as_it_starts_is_told_to_the_notebook_with_its_traceback(tmp_path: Path) -> None:
    packages, yarn = broken_package(tmp_path / "packages"), ScriptedYarn()
    yarn.runs(lambda number, told: launch(told, packages))
    with lab_before(yarn, tmp_path, 60) as lab:
        body = {"path": "a.ipynb", "name": "a", "type": "notebook", "kernel": {"name": SPEC.name}}
        answer = lab.send("POST", "/api/sessions", body)
        assert answer.status_code == 500
        message, _, traceback = answer.json()["message"].partition("\n\n")
        assert "No module named 'a_package_that_is_not_there'" in message
        assert traceback.startswith("Traceback (most recent call last)")
        assert f'File "{packages / "ipykernel" / "__init__.py"}", line 1' in traceback
        assert lab.send("GET", "/api/sessions").json() == []
