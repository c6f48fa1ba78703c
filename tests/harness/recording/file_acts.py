"""What the platform asks HttpFS for."""

from collections.abc import Callable, Mapping
from functools import partial

from kubeyard_yarn.homes import ensure_home
from kubeyard_yarn.httpfs import HttpFs, UserFiles
from kubeyard_yarn.submission import LocalResource

from harness.recording.stage import OWNER, SERVICE, STRANGER, Stage

HOME = f"/user/{OWNER}"
NOTE = "/shared/note.txt"
CONTENT = b"a note for the container\n"
FOLDER, EMPTY, ABSENT = f"{HOME}/folder", f"{HOME}/empty", f"{HOME}/absent"
FILE, AWKWARD = f"{FOLDER}/file", f"{FOLDER}/a b+\u00fc%20;?#&=.txt"
OTHERS = ("one", "two", "three")
Acts = Mapping[str, Callable[[], object]]


def prepare(stage: Stage, hdfs: str) -> LocalResource:
    """Make the folders that YARN and the scenario need, and a file for a container."""
    service = stage.files(SERVICE)
    # The first one is where nodes collect their logs.
    for name, path in (("logs", "/logs"), ("all", "/shared")):
        stage.act(f"make_a_folder_for_{name}", partial(service.mkdirs, path))
        stage.act(f"open_the_folder_for_{name}", partial(service.set_permission, path, 0o1777))
    stage.act("make_a_home", lambda: ensure_home(service, OWNER, group="people"))
    stage.act("make_a_home_again", lambda: ensure_home(service, OWNER))
    stage.act("write_a_file_for_all", lambda: service.create(NOTE, CONTENT))
    status = HttpFs(stage.urls["HTTPFS"], SERVICE).as_service().status(NOTE)
    return LocalResource(f"{hdfs}{NOTE}", status.size_bytes, status.modified_ms)


def go_through(stage: Stage) -> None:
    """Write, read, list, change and delete as the owner, and be refused as a stranger."""
    mine, of_eve = stage.files(), stage.files(STRANGER)
    steps: list[Acts] = [
        _writes(mine),
        _looks(mine),
        _refusals(mine, of_eve, stage.files(service=STRANGER)),
        _changes(mine),
    ]
    for acts in steps:
        for name, does in acts.items():
            stage.act(name, does)


def _writes(mine: UserFiles) -> Acts:
    return {
        "write_a_file": lambda: mine.create(FILE, CONTENT),
        "write_a_file_again": lambda: mine.create(FILE, b"other"),
        "overwrite_a_file": lambda: mine.create(FILE, CONTENT, overwrite=True),
        "write_a_file_of_an_awkward_name": lambda: mine.create(AWKWARD, CONTENT),
        "make_folders": lambda: _make_folders(mine),
        "make_an_empty_folder": lambda: mine.mkdirs(EMPTY),
    }


def _make_folders(mine: UserFiles) -> None:
    for name in OTHERS:
        mine.mkdirs(f"{FOLDER}/{name}")


def _looks(mine: UserFiles) -> Acts:
    return {
        "status_of_a_file": lambda: mine.status(FILE),
        "status_of_a_folder": lambda: mine.status(FOLDER),
        "status_of_an_awkward_name": lambda: mine.status(AWKWARD),
        "status_of_what_is_absent": lambda: mine.status(ABSENT),
        "list_a_folder": lambda: list(mine.list(FOLDER)),
        "list_an_empty_folder": lambda: list(mine.list(EMPTY)),
        "list_a_file": lambda: list(mine.list(FILE)),
        "list_what_is_absent": lambda: list(mine.list(ABSENT)),
        "read_a_file": lambda: mine.read(FILE),
        "read_a_part": lambda: mine.read(FILE, 2, 4),
        "read_behind_the_end": lambda: mine.read(FILE, 1000, 4),
        "read_what_is_absent": lambda: mine.read(ABSENT),
    }


def _refusals(mine: UserFiles, of_eve: UserFiles, by_eve: UserFiles) -> Acts:
    return {
        "status_for_a_stranger": lambda: of_eve.status(FILE),
        "list_for_a_stranger": lambda: list(of_eve.list(FOLDER)),
        "read_by_a_stranger": lambda: of_eve.read(FILE),
        "write_by_a_stranger": lambda: of_eve.create(f"{FOLDER}/of-eve", b"x"),
        "delete_by_a_stranger": lambda: of_eve.delete(FILE),
        "give_away_by_the_owner": lambda: mine.set_owner(FILE, owner="bob"),
        "act_for_others_as_a_stranger": lambda: by_eve.status("/"),
    }


def _changes(mine: UserFiles) -> Acts:
    return {
        "change_permission": lambda: mine.set_permission(FILE, 0o600),
        "change_replication": lambda: mine.set_replication(FILE, 2),
        "rename": lambda: mine.rename(FILE, f"{FOLDER}/renamed"),
        "rename_what_is_absent": lambda: mine.rename(ABSENT, f"{HOME}/b"),
        "delete_a_file": lambda: mine.delete(f"{FOLDER}/renamed"),
        "delete_what_is_absent": lambda: mine.delete(ABSENT),
        "delete_a_full_folder": lambda: mine.delete(FOLDER),
        "delete_a_folder_and_all_in_it": lambda: mine.delete(FOLDER, recursive=True),
    }
