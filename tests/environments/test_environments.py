"""Environments through the API: creating, seeing, building again, deleting."""

from pathlib import Path

import pytest
from harness.api_server import ApiServer
from kubeyard_api.storage.builds import claim_next, finish
from kubeyard_api.storage.environments_tables import BuildRow, EnvironmentRow
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.environments import (
    BuildState,
    EnvironmentState,
    EnvironmentVisibility,
    NewEnvironment,
    PastedText,
)

from .rows import add_archive

LAB = NewEnvironment(name="lab", pip=("humanize",))
SHARED = NewEnvironment(name="shared", pip=("humanize",), visibility=EnvironmentVisibility.PUBLIC)
DIGEST = "cd" * 32


def refusal(api: ApiServer, wanted: NewEnvironment) -> str:
    """What the API says to this wish of ada's."""
    with pytest.raises(ApiError) as caught:
        api.client("ada").create_environment(wanted)
    assert caught.value.code == "invalid-request"
    return str(caught.value)


def end_build(api: ApiServer, state: BuildState) -> None:
    """Let the oldest waiting build run and end."""
    with api.parts.database.writing() as session:
        claim = claim_next(session, "here:1:1", 60)
        assert claim is not None
        finish(session, session.get_one(BuildRow, claim.build_id), state)


def make_ready(api: ApiServer, name: str) -> None:
    """Let an environment have an archive and a kernel."""
    add_archive(api.parts.database, DIGEST)
    with api.parts.database.writing() as session:
        session.query(EnvironmentRow).filter_by(name=name).one().archive_sha256 = DIGEST
    end_build(api, BuildState.CANCELLED)
    folder = api.parts.settings.kernelspecs_dir / f"ada.{name}"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text("{}")


def test_a_new_environment_waits_for_its_build(api: ApiServer) -> None:
    made = api.client("ada").create_environment(LAB)
    assert (made.owner, made.name, made.state) == ("ada", "lab", EnvironmentState.QUEUED)
    assert made.kernelspec is None
    assert made.latest_build is not None
    assert made.latest_build.state is BuildState.QUEUED
    assert made.latest_build.queue_position == 1
    assert [step.name.value for step in made.latest_build.steps] == [
        "validate",
        "solve",
        "install",
        "smoke test",
        "pack",
        "publish",
        "register",
    ]
    assert api.client("ada").show_environment("ada", "lab") == made


def test_everyone_sees_his_own_and_the_public_ones_and_administrators_all(api: ApiServer) -> None:
    api.client("ada").create_environment(LAB)
    api.client("bob").create_environment(SHARED)
    seen = {
        name: [f"{one.owner}/{one.name}" for one in api.client(name, *roles).list_environments().environments]
        for name, roles in (("ada", ()), ("eve", ()), ("root-admin", ("user", "admin")))
    }
    assert seen["ada"] == ["ada/lab", "bob/shared"]
    assert seen["eve"] == ["bob/shared"]
    assert seen["root-admin"] == ["ada/lab", "bob/shared"]


def test_a_private_environment_does_not_exist_for_others(api: ApiServer) -> None:
    made = api.client("ada").create_environment(LAB)
    assert made.latest_build is not None
    build_id = made.latest_build.id
    eve = api.client("eve")
    for attempt in (
        lambda: eve.show_environment("ada", "lab"),
        lambda: eve.delete_environment("ada", "lab"),
        lambda: eve.build_environment("ada", "lab"),
        lambda: eve.show_build(build_id),
        lambda: eve.cancel_build(build_id),
        lambda: eve.read_build_log(build_id),
        lambda: list(eve.follow_build_log(build_id)),
    ):
        with pytest.raises(ApiError) as caught:
            attempt()
        assert caught.value.code == "not-found"


def test_a_public_environment_may_be_read_but_not_changed_by_others(api: ApiServer) -> None:
    api.client("bob").create_environment(SHARED)
    eve = api.client("eve")
    assert eve.show_environment("bob", "shared").owner == "bob"
    with pytest.raises(ApiError, match="belongs to bob") as caught:
        eve.delete_environment("bob", "shared")
    assert caught.value.code == "forbidden"


def test_an_administrator_may_delete_anybodys(api: ApiServer) -> None:
    api.client("ada").create_environment(LAB)
    api.client("root-admin", "user", "admin").delete_environment("ada", "lab")
    assert api.client("ada").list_environments().environments == ()


def test_a_name_is_taken_once_a_user(api: ApiServer) -> None:
    api.client("ada").create_environment(LAB)
    with pytest.raises(ApiError, match="'lab' already") as caught:
        api.client("ada").create_environment(LAB)
    assert caught.value.code == "conflict"
    assert api.client("bob").create_environment(LAB).owner == "bob"


def test_a_name_whose_first_build_failed_is_free(api: ApiServer) -> None:
    api.client("ada").create_environment(LAB)
    end_build(api, BuildState.FAILED)
    again = api.client("ada").create_environment(NewEnvironment(name="lab", pip=("wcwidth",)))
    assert again.pip == ("wcwidth",)
    assert again.state is EnvironmentState.QUEUED
    assert len(api.client("ada").list_environments().environments) == 1


def test_one_build_at_a_time(api: ApiServer) -> None:
    api.client("ada").create_environment(LAB)
    with pytest.raises(ApiError, match="being built already"):
        api.client("ada").build_environment("ada", "lab")
    end_build(api, BuildState.FAILED)
    assert api.client("ada").build_environment("ada", "lab").state is BuildState.QUEUED


def test_deleting_takes_the_kernel_away_and_frees_the_name(api: ApiServer) -> None:
    ada = api.client("ada")
    ada.create_environment(LAB)
    make_ready(api, "lab")
    assert ada.show_environment("ada", "lab").kernelspec == "ada.lab"
    deleted = ada.delete_environment("ada", "lab")
    assert (deleted.archive_kept, deleted.reason) == (False, "")
    assert not Path(api.parts.settings.kernelspecs_dir, "ada.lab").exists()
    assert ada.create_environment(LAB).state is EnvironmentState.QUEUED


def test_deleting_says_when_another_environment_keeps_the_archive(api: ApiServer) -> None:
    ada = api.client("ada")
    ada.create_environment(LAB)
    make_ready(api, "lab")
    ada.create_environment(NewEnvironment(name="twin", pip=("humanize",)))
    with api.parts.database.writing() as session:
        session.query(EnvironmentRow).filter_by(name="twin").one().archive_sha256 = DIGEST
    deleted = ada.delete_environment("ada", "lab")
    assert deleted.archive_kept
    assert "ada/twin has the same packages" in deleted.reason


def test_deleting_cancels_the_build(api: ApiServer) -> None:
    made = api.client("ada").create_environment(LAB)
    assert made.latest_build is not None
    api.client("ada").delete_environment("ada", "lab")
    assert api.client("ada").show_build(made.latest_build.id).state is BuildState.CANCELLED


def test_wrong_packages_are_refused_by_line(api: ApiServer) -> None:
    said = refusal(api, NewEnvironment(name="lab", pip=("humanize", "-e ."), conda=("x::y",)))
    assert "pip line 2: '-e .' is an option" in said
    assert "conda line 1: 'x::y' names a channel" in said


def test_sizes_beyond_the_limits_are_refused_with_the_limit(api: ApiServer) -> None:
    said = refusal(api, NewEnvironment(name="lab", driver_memory_mb=10_000_000, executors=1000))
    assert "driver_memory_mb: at most 65536, not 10000000" in said
    assert "executors: at most 100, not 1000" in said


def test_a_queue_that_does_not_exist_is_refused_with_those_that_do(api: ApiServer) -> None:
    said = refusal(api, NewEnvironment(name="lab", queue="express"))
    assert "no queue called 'express'; choose one of default, interactive" in said


@pytest.mark.parametrize("name", ["Lab", "-lab", "a", "lab.one", "x" * 64, "lab/one", "lab one"])
def test_bad_names_are_refused(api: ApiServer, name: str) -> None:
    body = {"name": name, "pip": ["humanize"]}
    answer = api.send("POST", "/api/v1/environments", api.issuer.token("ada"), json=body)
    assert answer.status_code == 422
    assert "name" in answer.json()["detail"]


def test_pasted_packages_are_parsed(api: ApiServer) -> None:
    parsed = api.client("ada").parse_packages(PastedText(text="humanize\n-r more.txt\n"))
    assert parsed.pip == ("humanize",)
    assert [problem.line for problem in parsed.problems] == [2]
