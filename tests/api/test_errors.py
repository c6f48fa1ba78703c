"""Whatever goes wrong is told in one shape, and never more than the sender may know."""

import json
from pathlib import Path

import pytest
from harness.api_server import ApiServer, api_settings, running_api
from harness.issuer import Issuer
from kubeyard_api.requests import MAX_BODY_BYTES

from .conftest import copy_of_migrated_sqlite


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return SQLite's alone: what is tested here happens before any database is asked."""
    return copy_of_migrated_sqlite(request, tmp_path)


def test_unknown_address_is_told_in_the_one_shape(api: ApiServer) -> None:
    answer = api.send("GET", "/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/json"
    assert set(answer.json()) == {"code", "detail", "request_id"}
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


def test_wrong_method_names_the_right_one(api: ApiServer) -> None:
    answer = api.send("POST", "/api/v1/cluster")
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=many", "limit"),
        ("limit=501", "limit"),
        ("sort=diagnostics", "sort"),
        ("state=SLEEPING", "state"),
        ("search=" + "x" * 201, "search"),
        ("colour=red", "colour"),
        ("cursor=nonsense", "cursor"),
    ],
)
def test_wrong_query_names_the_field(api: ApiServer, issuer: Issuer, query: str, field: str) -> None:
    answer = api.send("GET", f"/api/v1/applications?{query}", issuer.token("ada"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert field in answer.json()["detail"]
    assert "pydantic" not in answer.text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{not json", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"name": 7}', "application/json", 422),
        (b'{"name": "science", "colour": "red"}', "application/json", 422),
        (b"name=science", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
        (b" " * (MAX_BODY_BYTES + 1), "application/json", 413),
    ],
)
def test_wrong_body_is_refused(api: ApiServer, issuer: Issuer, body: bytes, kind: str, status: int) -> None:
    headers = {"Content-Type": kind}
    answer = api.send("POST", "/api/v1/environments", issuer.token("ada"), data=body, headers=headers)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "detail", "request_id"}


def test_body_without_a_length_is_limited_too(api: ApiServer, issuer: Issuer) -> None:
    chunks = (b" " * 65536 for _ in range(MAX_BODY_BYTES // 65536 + 2))
    headers = {"Content-Type": "application/json"}
    answer = api.send("POST", "/api/v1/environments", issuer.token("ada"), data=chunks, headers=headers)
    assert answer.status_code == 413


def test_request_id_is_taken_over_only_when_it_is_harmless(api: ApiServer) -> None:
    good = "0123456789abcdef"
    assert api.send("GET", "/healthz", headers={"X-Request-ID": good}).headers["X-Request-ID"] == good
    for bad in ("short", "x" * 65, 'abcdefgh", "user": "root'):
        assert api.send("GET", "/healthz", headers={"X-Request-ID": bad}).headers["X-Request-ID"] != bad


def test_bug_is_told_without_its_traceback(empty_database_url: str, issuer: Issuer, tmp_path: Path) -> None:
    # Without its tables every query of the server fails in a way that nobody foresaw.
    with running_api(api_settings(tmp_path, empty_database_url, issuer), issuer) as api:
        answer = api.send("GET", "/api/v1/applications", issuer.token("ada"))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "Traceback" not in answer.text
    assert "applications" not in answer.json()["detail"]


def test_answers_say_nothing_about_the_server(api: ApiServer) -> None:
    headers = api.send("GET", "/healthz").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    json.loads(api.send("GET", "/healthz").text)
