"""The Welcome notebook and the home it is placed in."""

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest
from kubeyard_lab.welcome import WELCOME, place_welcome


@pytest.fixture
def notebook(tmp_path: Path) -> Any:
    place_welcome(tmp_path)
    return nbformat.read(tmp_path / WELCOME, as_version=4)  # type: ignore[no-untyped-call]


def test_new_home_is_welcomed_once(tmp_path: Path) -> None:
    assert place_welcome(tmp_path)
    assert not place_welcome(tmp_path)
    assert (tmp_path / WELCOME).stat().st_mode & 0o077 == 0


def test_changed_notebook_is_not_overwritten(tmp_path: Path) -> None:
    place_welcome(tmp_path)
    (tmp_path / WELCOME).write_text("mine")
    place_welcome(tmp_path)
    assert (tmp_path / WELCOME).read_text() == "mine"


def test_deleted_notebook_stays_deleted(tmp_path: Path) -> None:
    place_welcome(tmp_path)
    (tmp_path / WELCOME).unlink()
    place_welcome(tmp_path)
    assert not (tmp_path / WELCOME).exists()


def test_notebook_of_the_same_name_is_kept(tmp_path: Path) -> None:
    (tmp_path / WELCOME).write_text("mine")
    assert not place_welcome(tmp_path)
    assert (tmp_path / WELCOME).read_text() == "mine"


def test_link_in_the_home_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    home = tmp_path / "home"
    home.mkdir()
    (home / WELCOME).symlink_to(outside)
    place_welcome(home)
    assert not outside.exists()


def test_notebook_is_valid_and_its_cells_are_python(notebook: Any) -> None:
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            ast.parse(cell.source)


def test_notebook_comes_without_outputs_and_asks_for_the_default_kernel(
    notebook: Any,
) -> None:
    assert notebook.metadata.kernelspec.name == "kubeyard.spark"
    assert not any(cell.get("outputs") for cell in notebook.cells)
