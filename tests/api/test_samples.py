"""What is kept of the cluster's past: every look counts in three resolutions, and rows stay bounded."""

from datetime import UTC, datetime, timedelta

from kubeyard_api.storage.database import Database
from kubeyard_api.storage.samples import (
    COARSE,
    FINE,
    MEDIUM,
    RESOLUTIONS,
    Resolution,
    collected_since,
    forget_old_samples,
    record_look,
    samples_between,
)
from kubeyard_api.storage.samples_tables import SampleRow
from kubeyard_client.messages.cluster import Amount, Cluster

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVER = (NOON - timedelta(days=400), NOON + timedelta(days=400))


def cluster(used_mb: int, pending_mb: int = 0, vcores: int = 1) -> Cluster:
    """A cluster of 8 GiB and 8 cores."""
    return Cluster(
        memory_mb=Amount(used=used_mb, pending=pending_mb, total=8192), vcores=Amount(used=vcores, total=8)
    )


def _look(database: Database, seconds: float, used_mb: int, pending_mb: int = 0) -> None:
    with database.writing() as session:
        record_look(session, cluster(used_mb, pending_mb), NOON + timedelta(seconds=seconds))


def _rows(database: Database, resolution: Resolution) -> list[SampleRow]:
    with database.reading() as session:
        return list(samples_between(session, resolution, *EVER))


def test_looks_of_one_step_are_summed_and_their_most_is_kept(database: Database) -> None:
    _look(database, 1, 1024, pending_mb=512)
    _look(database, 3.5, 4096)
    _look(database, 9.9, 1024)
    (row,) = _rows(database, FINE)
    assert (row.at, row.looks) == (NOON, 3)
    assert (row.memory_used_mb_sum, row.memory_used_mb_max) == (6144, 4096)
    assert (row.memory_pending_mb_sum, row.memory_pending_mb_max) == (512, 512)
    assert (row.memory_total_mb_sum, row.vcores_used_sum, row.vcores_total_sum) == (3 * 8192, 3, 24)


def test_each_look_counts_in_every_resolution(database: Database) -> None:
    for seconds in (0, 10, 59, 60, 599, 600):
        _look(database, seconds, 1024)
    counted = [[row.looks for row in _rows(database, resolution)] for resolution in RESOLUTIONS]
    assert counted == [[1, 1, 1, 1, 1, 1], [3, 1, 1, 1], [5, 1]]


def test_step_in_which_nothing_was_seen_has_no_row(database: Database) -> None:
    _look(database, 0, 1024)
    _look(database, 30, 2048)
    assert [row.at for row in _rows(database, FINE)] == [NOON, NOON + timedelta(seconds=30)]


def test_past_goes_on_after_the_database_was_opened_anew(database: Database) -> None:
    _look(database, 0, 1024)
    database.close()
    again = Database(database.url.render_as_string(hide_password=False))
    _look(again, 2, 3072)
    (row,) = _rows(again, FINE)
    assert (row.looks, row.memory_used_mb_sum, row.memory_used_mb_max) == (2, 4096, 3072)
    again.close()


def test_only_what_a_span_reaches_is_kept(database: Database) -> None:
    days = 9
    with database.writing() as session:
        for hours in range(days * 24):
            record_look(session, cluster(1024), NOON + timedelta(hours=hours))
    now = NOON + timedelta(days=days)
    with database.writing() as session:
        forget_old_samples(session, now)
    for resolution in RESOLUTIONS:
        rows = _rows(database, resolution)
        assert now - rows[0].at <= timedelta(seconds=resolution.kept_seconds)
        assert len(rows) <= resolution.kept_seconds // resolution.step_seconds
    assert [len(_rows(database, resolution)) for resolution in (MEDIUM, COARSE)] == [26, 8 * 24]


def test_begin_is_known_as_exactly_as_its_rows(database: Database) -> None:
    with database.reading() as session:
        assert collected_since(session) is None
    begin = NOON + timedelta(minutes=4, seconds=20)
    known = []
    for hours in (1, 20, 100):
        with database.writing() as session:
            record_look(session, cluster(1024), begin)
            record_look(session, cluster(1024), begin + timedelta(hours=hours))
            forget_old_samples(session, begin + timedelta(hours=hours))
            known.append(collected_since(session))
    assert known == [begin, NOON + timedelta(minutes=4), NOON]
