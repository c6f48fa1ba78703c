"""HDFS through the real HttpFS, with one user's rights at a time."""

from collections.abc import Callable

import pytest
from harness.hadoop import Hadoop
from kubeyard_yarn.errors import AlreadyExists, BadRequest, NotFound, Refused, Unreachable
from kubeyard_yarn.homes import ensure_home
from kubeyard_yarn.httpfs import HttpFs, UserFiles

pytestmark = pytest.mark.daemons

AWKWARD = "a b+ü%20;?#&=.txt"


@pytest.fixture
def mine(hadoop: Hadoop) -> UserFiles:
    return hadoop.files.as_user("ada")


@pytest.fixture
def of_eve(hadoop: Hadoop) -> UserFiles:
    return hadoop.files.as_user("eve")


def test_a_file_is_written_from_a_stream_and_read_by_range(mine: UserFiles, folder: str) -> None:
    path = f"{folder}/new/{AWKWARD}"
    mine.create(path, iter([b"hello ", b"world"]))
    assert mine.read(path) == b"hello world"
    assert mine.read(path, 6, 3) == b"wor"
    assert mine.read(path, 6) == b"world"
    status = mine.status(path)
    assert (status.path, status.name, status.size_bytes) == (path, AWKWARD, 11)
    assert (status.owner, status.permission, status.is_folder) == ("ada", 0o644, False)
    assert status.modified_at is not None
    assert status.modified_ms == round(status.modified_at.timestamp() * 1000)


def test_a_large_file_passes_in_pieces(mine: UserFiles, folder: str) -> None:
    piece = bytes(range(256)) * 4096
    mine.create(f"{folder}/large", (piece for _ in range(8)))
    assert sum(len(part) for part in mine.open(f"{folder}/large")) == 8 * len(piece)
    assert mine.read(f"{folder}/large", 5 * len(piece) + 7, 9) == piece[7:16]


def test_reading_behind_the_end_is_empty(mine: UserFiles, folder: str) -> None:
    mine.create(f"{folder}/short", b"123")
    assert mine.read(f"{folder}/short", 3) == b""
    assert mine.read(f"{folder}/short", 100, 5) == b""


def test_an_existing_file_is_kept_unless_overwriting_is_asked_for(mine: UserFiles, folder: str) -> None:
    mine.create(f"{folder}/f", b"old")
    with pytest.raises(AlreadyExists, match=f"{folder}/f"):
        mine.create(f"{folder}/f", b"new")
    assert mine.read(f"{folder}/f") == b"old"
    mine.create(f"{folder}/f", b"new", overwrite=True)
    assert mine.read(f"{folder}/f") == b"new"


def test_a_long_folder_is_listed_page_by_page(mine: UserFiles, folder: str) -> None:
    # The NameNode gives 1,000 entries at a time.
    mine.mkdirs(f"{folder}/long")
    names = [f"f{number:04}" for number in range(1005)]
    for name in names:
        mine.mkdirs(f"{folder}/long/{name}")
    assert [entry.name for entry in mine.list(f"{folder}/long")] == names
    assert next(iter(mine.list(f"{folder}/long"))).path == f"{folder}/long/f0000"


def test_an_empty_folder_lists_nothing(mine: UserFiles, folder: str) -> None:
    assert list(mine.list(folder)) == []


def test_rename_permission_replication_and_delete(mine: UserFiles, folder: str) -> None:
    mine.create(f"{folder}/a", b"x")
    mine.rename(f"{folder}/a", f"{folder}/b")
    mine.set_permission(f"{folder}/b", 0o600)
    mine.set_replication(f"{folder}/b", 2)
    status = mine.status(f"{folder}/b")
    assert (status.permission, status.replication) == (0o600, 2)
    assert not mine.exists(f"{folder}/a")
    assert mine.delete(f"{folder}/b") is True
    assert mine.delete(f"{folder}/b") is False


def test_a_full_folder_is_deleted_only_when_asked_to(mine: UserFiles, folder: str) -> None:
    mine.create(f"{folder}/d/f", b"x")
    with pytest.raises(BadRequest, match="non empty"):
        mine.delete(f"{folder}/d")
    assert mine.delete(f"{folder}/d", recursive=True)


@pytest.mark.parametrize("missing", ["status", "read", "list"])
def test_what_is_not_there_is_not_found(mine: UserFiles, folder: str, missing: str) -> None:
    with pytest.raises(NotFound, match=f"{folder}/no"):
        list(getattr(mine, missing)(f"{folder}/no"))


def test_renaming_what_is_not_there_says_so(mine: UserFiles, folder: str) -> None:
    with pytest.raises(BadRequest, match="whether the source exists"):
        mine.rename(f"{folder}/no", f"{folder}/b")


@pytest.mark.parametrize("path", ["", "user/ada", "hdfs://127.0.0.1/user"])
def test_a_path_that_is_not_absolute_is_refused_before_it_is_sent(path: str) -> None:
    with pytest.raises(BadRequest, match="absolute"):
        HttpFs("http://127.0.0.1:1", "kubeyard").as_user("ada").status(path)


def test_eve_may_do_nothing_in_adas_folder(mine: UserFiles, of_eve: UserFiles, folder: str) -> None:
    mine.create(f"{folder}/f", b"secret")
    attempts: list[Callable[[], object]] = [
        lambda: of_eve.read(f"{folder}/f"),
        lambda: of_eve.exists(f"{folder}/f"),
        lambda: list(of_eve.list(folder)),
        lambda: of_eve.create(f"{folder}/g", b"x"),
        lambda: of_eve.delete(f"{folder}/f"),
        lambda: of_eve.rename(f"{folder}/f", "/tmp/f"),
        lambda: of_eve.set_permission(folder, 0o777),
        lambda: of_eve.set_owner(folder, owner="eve"),
    ]
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()
    assert mine.read(f"{folder}/f") == b"secret"


def test_even_the_owner_may_not_give_a_file_away(mine: UserFiles, folder: str) -> None:
    mine.create(f"{folder}/f", b"x")
    with pytest.raises(Refused):
        mine.set_owner(f"{folder}/f", owner="bob")


def test_only_the_service_account_may_act_for_others(hadoop: Hadoop) -> None:
    with pytest.raises(Refused, match="impersonate"):
        HttpFs(hadoop.httpfs_url, "eve").as_user("ada").status("/")


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="HttpFS"):
        HttpFs("http://127.0.0.1:1", "kubeyard").as_user("ada").status("/")


def test_a_home_is_made_once_for_its_owner_alone(hadoop: Hadoop) -> None:
    root = hadoop.files.as_user(hadoop.superuser)
    name = "ada-home-test"
    try:
        assert ensure_home(root, name) == f"/user/{name}"
        made = root.status(f"/user/{name}")
        assert (made.owner, made.permission) == (name, 0o750)
        hadoop.files.as_user(name).create(f"/user/{name}/kept", b"x")
        ensure_home(root, name)
        assert root.status(f"/user/{name}/kept").size_bytes == 1
        with pytest.raises(Refused):
            list(hadoop.files.as_user("eve").list(f"/user/{name}"))
    finally:
        root.delete(f"/user/{name}", recursive=True)


def test_a_home_that_was_left_half_made_is_finished(hadoop: Hadoop) -> None:
    root = hadoop.files.as_user(hadoop.superuser)
    name = "ada-half-home"
    try:
        root.mkdirs(f"/user/{name}", 0o777)
        ensure_home(root, name, group="a-group-that-nobody-knows")
        made = root.status(f"/user/{name}")
        assert (made.owner, made.permission) == (name, 0o750)
    finally:
        root.delete(f"/user/{name}", recursive=True)


def test_a_home_needs_the_superuser(of_eve: UserFiles, hadoop: Hadoop) -> None:
    with pytest.raises(Refused):
        ensure_home(of_eve, "ada-by-eve")
    hadoop.files.as_user(hadoop.superuser).delete("/user/ada-by-eve", recursive=True)
