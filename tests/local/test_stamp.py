"""What was done from what."""

from pathlib import Path

from kubeyard_local import stamp


def test_a_step_is_current_until_its_source_changes(tmp_path: Path) -> None:
    source, mark = tmp_path / "source", tmp_path / "mark"
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "file.py").write_text("one")
    stamp.write(mark, stamp.digest(source))
    assert stamp.is_current(mark, stamp.digest(source))
    (source / "deep" / "file.py").write_text("two")
    assert not stamp.is_current(mark, stamp.digest(source))


def test_a_renamed_file_is_a_change(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("same")
    before = stamp.digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert stamp.digest(tmp_path) != before


def test_compiled_modules_are_no_change(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("pass")
    before = stamp.digest(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "module.pyc").write_text("compiled")
    assert stamp.digest(tmp_path) == before


def test_a_step_that_was_never_done_is_not_current(tmp_path: Path) -> None:
    assert not stamp.is_current(tmp_path / "absent", stamp.digest("word"))
