"""Started without root: one account for everything, nothing that only root may do, and no isolation claimed.

As root, each piece of work is done in a child that has become an ordinary account for good.
"""

import os
import pickle
import pwd
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar, cast

import pytest
from kubeyard_local import accounts, checks, credentials, folders, process_table, supervisor_config, welcome
from kubeyard_local.settings import Settings, from_environment

T = TypeVar("T")
ORDINARY = "nobody"


def as_ordinary(work: Callable[[], T]) -> T:
    """The result of the work, done by an account without any right; raises what it raised."""
    if os.geteuid() != 0:
        return work()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(_outcome(work), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        result, error = pickle.load(pipe)
    os.waitpid(child, 0)
    if error is not None:
        raise error
    return cast("T", result)


def _outcome(work: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    entry = pwd.getpwnam(ORDINARY)
    try:
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
        return work(), None
    except BaseException as error:
        return None, error


@pytest.fixture
def settings() -> Iterator[Settings]:
    """A home in a folder that its account keeps to itself, as people's homes often are."""
    own = Path(tempfile.mkdtemp(prefix="kubeyard-tests-", dir="/var/tmp"))
    if os.geteuid() == 0:
        os.chown(own, pwd.getpwnam(ORDINARY).pw_uid, pwd.getpwnam(ORDINARY).pw_gid)
    chosen = {
        "HOME": str(own),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "KUBEYARD_PORT_OFFSET": "3100",
    }
    yield as_ordinary(lambda: from_environment(chosen))
    shutil.rmtree(own)


def test_the_home_and_the_cache_are_the_persons(settings: Settings) -> None:
    person = settings.layout.home.parent
    assert settings.layout.home == person / ".kubeyard"
    assert settings.layout.cache == person / ".cache" / "kubeyard"


def test_one_account_runs_everything_and_this_is_said() -> None:
    owners = as_ordinary(accounts.ensure)
    assert owners.services == owners.node == owners.lab
    assert owners.separate is False
    assert "one trusted person" in welcome.TRUSTED


def test_the_services_are_told_that_nothing_is_kept_apart(settings: Settings) -> None:
    owners = as_ordinary(accounts.ensure)
    table = {service.name: service for service in process_table.services(settings, owners)}
    assert {service.account for service in table.values()} == {owners.services}
    assert table["web"].environment["KUBEYARD_WEB_SINGLE_ACCOUNT"] == "1"
    assert table["hub"].environment["KUBEYARD_LAB_ACCOUNT"] == ""
    assert table["hub"].capabilities == ()


def test_no_service_is_started_by_what_only_root_may_do(settings: Settings) -> None:
    def written() -> str:
        table = process_table.services(settings, accounts.ensure())
        return supervisor_config.text(settings.layout, table, as_root=False)

    text = as_ordinary(written)
    assert len([line for line in text.splitlines() if line.startswith("command=")]) == len(
        process_table.NAMES
    )
    assert "setpriv" not in text
    assert "user=root" not in text


def test_nothing_stands_in_the_way_of_a_start(settings: Settings) -> None:
    """Not even a home that is closed to others: no other account has to enter it."""
    assert stat.S_IMODE(settings.layout.home.parent.stat().st_mode) == 0o700
    as_ordinary(lambda: checks.check(settings, ("web",), {"PATH": "/usr/local/bin:/usr/bin:/bin"}))


def test_folders_and_secrets_are_made_and_are_its_own(settings: Settings) -> None:
    def make() -> None:
        owners = accounts.ensure()
        folders.before_installing(settings.layout)
        folders.ensure(settings.layout, owners)
        credentials.ensure(settings.layout, owners.services)

    as_ordinary(make)
    person = settings.layout.home.parent.stat().st_uid
    for path in settings.layout.home.rglob("*"):
        assert path.stat().st_uid == person, path
    assert stat.S_IMODE(settings.layout.state.stat().st_mode) == 0o700
    for secret in credentials.files(settings.layout).values():
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600, secret
