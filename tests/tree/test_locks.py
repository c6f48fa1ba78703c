"""The locks are current, complete and free of addresses."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "locks").glob("*.txt"))


@pytest.fixture(scope="module")
def refresh() -> ModuleType:
    specification = importlib.util.spec_from_file_location("refresh", ROOT / "locks" / "refresh.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    import sys

    sys.modules["refresh"] = module  # dataclasses look their module up by name
    specification.loader.exec_module(module)
    return module


def test_every_lock_is_made_from_the_requirements_as_they_are_now(refresh: ModuleType) -> None:
    assert [lock.name for lock in refresh.ALL if not refresh.is_current(lock)] == []


def test_a_lock_is_stale_once_its_requirements_change(refresh: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "some.in"
    source.write_text("humanize==4.0\n")
    lock = refresh.Lock("some", (str(source),), ())
    before = refresh.digest(lock)
    source.write_text("humanize==4.1\n")
    assert refresh.digest(lock) != before


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_locked_package_carries_a_hash_and_none_an_address(path: Path) -> None:
    text = path.read_text()
    blocks = [block for block in re.split(r"\n(?=\S)", text) if "==" in block]
    assert blocks
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text


def test_documentation_names_the_sparks_that_kernels_are_tried_on() -> None:
    pins = [re.findall(r"^pyspark==(\S+)", path.read_text(), re.MULTILINE) for path in LOCKS]
    table = re.findall(r"^\| (\d+\.\d+\.\d+)", (ROOT / "docs" / "spark.md").read_text(), re.MULTILINE)
    assert table == sorted(pin for found in pins for pin in found)


def test_npm_locks_name_no_address() -> None:
    paths = [path for path in ROOT.rglob("package-lock.json") if "node_modules" not in path.parts]
    assert paths
    for path in paths:
        packages = json.loads(path.read_text())["packages"]
        assert [name for name, package in packages.items() if "resolved" in package] == []
        assert [name for name, package in packages.items() if name and "integrity" not in package] == []
