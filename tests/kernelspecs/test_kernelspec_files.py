"""kernel.json on disk."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from harness.kernelspecs import kernelspec
from kubeyard_kernelspecs import remove_kernelspec, spec_from_metadata, write_kernelspec


def test_a_kernelspec_is_read_as_it_was_written(tmp_path: Path) -> None:
    spec = kernelspec("ada.mine", display_name='Ada\'s "own" · ☕')
    folder = write_kernelspec(tmp_path, spec)
    document = json.loads((folder / "kernel.json").read_text())
    assert document["display_name"] == spec.display_name
    assert spec_from_metadata(document["metadata"]) == spec


def test_jupyter_finds_the_process_proxy(tmp_path: Path) -> None:
    document = json.loads((write_kernelspec(tmp_path, kernelspec("ada.mine")) / "kernel.json").read_text())
    proxy = document["metadata"]["process_proxy"]
    assert proxy["class_name"] == "kubeyard_gateway.yarn_proxy.YarnKernelProxy"
    assert document["language"] == "python"


def test_writing_again_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    spec = kernelspec("ada.mine")
    write_kernelspec(tmp_path, spec)
    folder = write_kernelspec(tmp_path, replace(spec, executors=7))
    assert [path.name for path in folder.iterdir()] == ["kernel.json"]
    document = json.loads((folder / "kernel.json").read_text())
    assert document["metadata"]["kubeyard"]["executors"] == 7


def test_a_failure_leaves_nothing_beside_what_is_there(tmp_path: Path) -> None:
    in_the_way = tmp_path / "ada.mine" / "kernel.json"
    in_the_way.mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        write_kernelspec(tmp_path, kernelspec("ada.mine"))
    assert list(in_the_way.parent.iterdir()) == [in_the_way]


def test_a_new_build_keeps_the_time_until_idle_kernels_are_stopped(tmp_path: Path) -> None:
    spec = kernelspec("ada.mine")
    for written, kept in ((60.0, 60.0), (None, 60.0), (0.0, 0.0), (None, 0.0)):
        folder = write_kernelspec(tmp_path, replace(spec, cull_idle_seconds=written))
        document = json.loads((folder / "kernel.json").read_text())
        assert document["metadata"]["kubeyard"]["cull_idle_seconds"] == kept
    (folder / "kernel.json").write_text("{")
    assert write_kernelspec(tmp_path, spec) == folder


def test_the_gateway_under_another_account_can_read_it(tmp_path: Path) -> None:
    folder = write_kernelspec(tmp_path, kernelspec("ada.mine"))
    assert (folder / "kernel.json").stat().st_mode & 0o777 == 0o644


def test_removing_takes_the_folder_and_twice_is_fine(tmp_path: Path) -> None:
    folder = write_kernelspec(tmp_path, kernelspec("ada.mine"))
    remove_kernelspec(tmp_path, "ada.mine")
    remove_kernelspec(tmp_path, "ada.mine")
    assert not folder.exists()


@pytest.mark.parametrize("name", ["../ada.mine", "ada", "ada.", "Ada.mine", "ada.m/e", "bob.mine", "ada.a.b"])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a kernelspec"):
        kernelspec(name, owner="ada")


def test_removing_a_name_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot name a kernelspec"):
        remove_kernelspec(tmp_path, "../..")


def test_a_spark_that_was_set_outlives_a_build_that_sets_none(tmp_path: Path) -> None:
    write_kernelspec(tmp_path, kernelspec("ada.mine", spark="3.5"))
    write_kernelspec(tmp_path, kernelspec("ada.mine", environment_hash="f" * 64))
    document = json.loads((tmp_path / "ada.mine" / "kernel.json").read_text())
    found = spec_from_metadata(document["metadata"])
    assert found is not None
    assert (found.spark, found.environment_hash) == ("3.5", "f" * 64)


def test_only_the_owner_uses_a_private_one() -> None:
    private, public = kernelspec("ada.mine"), kernelspec("ada.mine", public=True)
    assert private.may_be_used_by("ada")
    assert not private.may_be_used_by("bob")
    assert public.may_be_used_by("bob")


def test_a_foreign_kernelspec_is_none_of_ours() -> None:
    assert spec_from_metadata({"process_proxy": {"class_name": "x"}}) is None
