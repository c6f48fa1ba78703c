"""The cluster's past as the API tells it: even steps, and nothing where nothing was seen."""

from datetime import UTC, datetime, timedelta

import pytest
from harness.api_server import ApiServer
from kubeyard_api.services.history import cluster_history
from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.samples import record_look
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.cluster import Amount, Cluster
from kubeyard_client.messages.history import ClusterHistory, HistoryQuery, Span

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MOST_POINTS = 400


def _look(database: Database, *moments: datetime, used_mb: int, vcores: int = 2, pending: int = 0) -> None:
    seen = Cluster(
        memory_mb=Amount(used=used_mb, pending=pending, total=8192),
        vcores=Amount(used=vcores, pending=pending, total=8),
    )
    with database.writing() as session:
        for at in moments:
            record_look(session, seen, at)


def _history(
    database: Database, span: Span = Span.HOUR, between_looks: float = 1, now: datetime = NOON
) -> ClusterHistory:
    return cluster_history(database, span, between_looks, now)


def test_hour_is_told_in_steps_of_ten_seconds_with_average_and_most(database: Database) -> None:
    _look(database, NOON - timedelta(seconds=20), used_mb=1024, vcores=1)
    _look(database, NOON - timedelta(seconds=15), used_mb=4096, vcores=4, pending=2)
    _look(database, NOON, used_mb=2048)
    history = _history(database)
    assert (history.step_seconds, len(history.memory_mb.used)) == (10, 360)
    assert history.starts_at == NOON - timedelta(seconds=3590)
    assert history.ends_at == NOON + timedelta(seconds=10)
    memory, vcores = history.memory_mb, history.vcores
    assert memory.used[-3:] == (2560, None, 2048)
    assert memory.used_max[-3:] == (4096, None, 2048)
    assert memory.total[-3:] == (8192, None, 8192)
    assert (vcores.used[-3], vcores.used_max[-3]) == (2.5, 4)
    assert (vcores.pending[-3], vcores.pending_max[-3], vcores.pending[-2]) == (1, 2, None)


def test_steps_in_which_the_cluster_was_away_stay_empty(database: Database) -> None:
    begin = NOON - timedelta(hours=1)
    seen = [begin + timedelta(seconds=second) for second in (*range(0, 1200, 10), *range(2400, 3600, 10))]
    _look(database, *seen, used_mb=1024)
    used = _history(database, now=NOON - timedelta(seconds=1)).memory_mb.used
    assert set(used[:120]) == {1024}
    assert set(used[120:240]) == {None}
    assert set(used[240:]) == {1024}


@pytest.mark.parametrize(("span", "step_seconds"), [(Span.HOUR, 10), (Span.DAY, 300), (Span.WEEK, 1800)])
def test_every_span_has_few_steps_and_ends_now(database: Database, span: Span, step_seconds: int) -> None:
    now = NOON + timedelta(minutes=7, seconds=13)
    _look(database, now, used_mb=6144)
    history = _history(database, span, now=now)
    assert history.step_seconds == step_seconds
    assert history.ends_at - history.starts_at == timedelta(seconds=span.seconds)
    assert history.ends_at > now >= history.ends_at - timedelta(seconds=step_seconds)
    for amounts in (history.memory_mb, history.vcores):
        lengths = {len(getattr(amounts, name)) for name in type(amounts).model_fields}
        assert lengths == {span.seconds // step_seconds}
        assert lengths.pop() <= MOST_POINTS
    assert history.memory_mb.used[-1] == 6144


def test_long_step_weighs_its_looks_and_keeps_its_peak(database: Database) -> None:
    _look(database, *(NOON + timedelta(seconds=second) for second in range(0, 240, 2)), used_mb=1024)
    _look(database, *(NOON + timedelta(seconds=second) for second in range(240, 300, 2)), used_mb=6144)
    day = _history(database, Span.DAY, now=NOON + timedelta(seconds=299))
    assert (day.memory_mb.used[-1], day.memory_mb.used_max[-1]) == (2048, 6144)


def test_looks_that_are_far_apart_leave_no_holes(database: Database) -> None:
    looks = (NOON - timedelta(minutes=minute, seconds=minute % 3) for minute in range(61))
    _look(database, *looks, used_mb=1024)
    history = _history(database, between_looks=60)
    assert history.step_seconds == 90
    assert set(history.memory_mb.used) == {1024}


def test_nothing_is_told_before_anything_was_seen(database: Database) -> None:
    history = _history(database)
    assert history.collected_since is None
    assert set(history.memory_mb.used) == {None}


def test_endpoint_answers_everybody_who_is_signed_in(api: ApiServer) -> None:
    _look(api.parts.database, utc_now(), used_mb=6144)
    history = api.client("eve").show_cluster_history(HistoryQuery(span=Span.DAY))
    assert (history.span, history.memory_mb.used[-1]) == (Span.DAY, 6144)
    assert history.collected_since is not None
    assert api.client("eve").show_cluster_history().span is Span.HOUR


@pytest.mark.parametrize("span", ["2h", "", "1H"])
def test_endpoint_refuses_another_span(api: ApiServer, span: str) -> None:
    answer = api.send("GET", "/api/v1/cluster/history", api.issuer.token("ada"), params={"span": span})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert "span" in answer.json()["detail"]


def test_client_hears_of_a_missing_token(api: ApiServer) -> None:
    assert api.send("GET", "/api/v1/cluster/history").status_code == 401
    with pytest.raises(ApiError):
        type(api.client("ada"))(api.url, lambda: "nonsense").show_cluster_history()
