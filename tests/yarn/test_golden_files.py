"""What each recorded version of HttpFS answers is read to the same things."""

from collections.abc import Callable

import pytest
from harness.recording.file_acts import ABSENT, AWKWARD, CONTENT, EMPTY, FILE, FOLDER, HOME, OTHERS
from harness.recording.replay import Replay
from harness.recording.stage import OWNER, SERVICE, STRANGER
from kubeyard_yarn.errors import AlreadyExists, BadRequest, NotFound, Refused
from kubeyard_yarn.homes import ensure_home
from kubeyard_yarn.httpfs import UserFiles


def test_a_file_is_written_and_kept_unless_overwriting_is_asked_for(replay: Replay) -> None:
    replay.files("write_a_file").create(FILE, CONTENT)
    with pytest.raises(AlreadyExists, match=FILE):
        replay.files("write_a_file_again").create(FILE, b"other")
    replay.files("overwrite_a_file").create(FILE, CONTENT, overwrite=True)


def test_a_status(replay: Replay) -> None:
    file = replay.files("status_of_a_file").status(FILE)
    assert (file.path, file.name, file.is_folder, file.size_bytes) == (FILE, "file", False, len(CONTENT))
    assert (file.owner, file.group, file.permission, file.replication) == (OWNER, "people", 0o644, 1)
    assert file.modified_at is not None
    assert file.modified_ms == round(file.modified_at.timestamp() * 1000)
    folder = replay.files("status_of_a_folder").status(FOLDER)
    assert (folder.name, folder.is_folder, folder.size_bytes) == ("folder", True, 0)
    awkward = replay.files("status_of_an_awkward_name").status(AWKWARD)
    assert (awkward.path, awkward.size_bytes) == (AWKWARD, len(CONTENT))


def test_a_folder_is_listed_by_name(replay: Replay) -> None:
    names = [entry.name for entry in replay.files("list_a_folder").list(FOLDER)]
    assert names == sorted([AWKWARD.rpartition("/")[2], "file", *OTHERS])


def test_an_empty_folder_and_a_file_are_listed_too(replay: Replay) -> None:
    assert list(replay.files("list_an_empty_folder").list(EMPTY)) == []
    assert [entry.size_bytes for entry in replay.files("list_a_file").list(FILE)] == [len(CONTENT)]


def test_a_file_is_read_by_range(replay: Replay) -> None:
    assert replay.files("read_a_file").read(FILE) == CONTENT
    assert replay.files("read_a_part").read(FILE, 2, 4) == CONTENT[2:6]
    assert replay.files("read_behind_the_end").read(FILE, 1000, 4) == b""


def test_what_is_absent_is_not_found(replay: Replay) -> None:
    asks: dict[str, Callable[[UserFiles], object]] = {
        "status_of_what_is_absent": lambda files: files.status(ABSENT),
        "list_what_is_absent": lambda files: list(files.list(ABSENT)),
        "read_what_is_absent": lambda files: files.read(ABSENT),
    }
    for act, ask in asks.items():
        with pytest.raises(NotFound, match=ABSENT):
            ask(replay.files(act))


def test_a_stranger_is_refused(replay: Replay) -> None:
    asks: dict[str, Callable[[UserFiles], object]] = {
        "status_for_a_stranger": lambda files: files.status(FILE),
        "list_for_a_stranger": lambda files: list(files.list(FOLDER)),
        "read_by_a_stranger": lambda files: files.read(FILE),
        "write_by_a_stranger": lambda files: files.create(f"{FOLDER}/of-eve", b"x"),
        "delete_by_a_stranger": lambda files: files.delete(FILE),
    }
    for act, ask in asks.items():
        with pytest.raises(Refused, match=STRANGER):
            ask(replay.files(act, STRANGER))


def test_even_the_owner_may_not_give_a_file_away(replay: Replay) -> None:
    with pytest.raises(Refused, match="owner"):
        replay.files("give_away_by_the_owner").set_owner(FILE, owner="bob")


def test_only_the_service_account_may_act_for_others(replay: Replay) -> None:
    with pytest.raises(Refused, match="impersonate"):
        replay.files("act_for_others_as_a_stranger", service=STRANGER).status("/")


def test_permission_replication_and_name_are_changed(replay: Replay) -> None:
    replay.files("change_permission").set_permission(FILE, 0o600)
    replay.files("change_replication").set_replication(FILE, 2)
    replay.files("rename").rename(FILE, f"{FOLDER}/renamed")
    with pytest.raises(BadRequest, match="whether the source exists"):
        replay.files("rename_what_is_absent").rename(ABSENT, f"{HOME}/b")


def test_a_full_folder_is_deleted_only_when_asked_to(replay: Replay) -> None:
    assert replay.files("delete_a_file").delete(f"{FOLDER}/renamed") is True
    assert replay.files("delete_what_is_absent").delete(ABSENT) is False
    with pytest.raises(BadRequest, match="non empty"):
        replay.files("delete_a_full_folder").delete(FOLDER)
    assert replay.files("delete_a_folder_and_all_in_it").delete(FOLDER, recursive=True) is True


def test_a_home_is_made_once_also_where_there_was_none_before(replay: Replay) -> None:
    assert ensure_home(replay.files("make_a_home", SERVICE), OWNER, group="people") == HOME
    first, *_ = replay.asked
    assert (first.path, first.params["permission"]) == ("/webhdfs/v1/user", "755")
    assert ensure_home(replay.files("make_a_home_again", SERVICE), OWNER) == HOME
    assert "SETOWNER" not in {asked.params["op"] for asked in replay.asked}
