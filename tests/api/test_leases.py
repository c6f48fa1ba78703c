"""A duty that one process has at a time."""

from concurrent.futures import ThreadPoolExecutor

from kubeyard_api.storage.database import Database
from kubeyard_api.storage.leases import hold_lease, release_lease


def test_holder_keeps_the_duty_while_it_renews(database: Database) -> None:
    assert hold_lease(database, "mirror", "first", 30)
    assert hold_lease(database, "mirror", "first", 30)
    assert not hold_lease(database, "mirror", "second", 30)
    assert hold_lease(database, "other", "second", 30)


def test_duty_passes_on_when_it_is_released(database: Database) -> None:
    hold_lease(database, "mirror", "first", 30)
    release_lease(database, "mirror", "second")
    assert not hold_lease(database, "mirror", "second", 30)
    release_lease(database, "mirror", "first")
    assert hold_lease(database, "mirror", "second", 30)


def test_duty_passes_on_when_its_holder_is_not_heard_of(database: Database) -> None:
    hold_lease(database, "mirror", "first", -1)
    assert hold_lease(database, "mirror", "second", 30)
    assert not hold_lease(database, "mirror", "first", 30)


def test_only_one_of_many_gets_a_new_duty(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda number: hold_lease(database, "mirror", f"process {number}", 30), range(8)))
    assert won.count(True) == 1
