"""No route without a rule, no rule that lets the wrong one in: the whole table is walked."""

from pathlib import Path
from typing import Any

import pytest
import requests
from harness.api_server import ApiServer
from harness.applications import application_id, kernel_application
from harness.issuer import Issuer
from kubeyard_api.app import create_app
from kubeyard_client.endpoints import ENDPOINTS, Auth, Endpoint, Media
from kubeyard_client.messages.environments import NewEnvironment

from .conftest import Mirror, copy_of_migrated_sqlite

OPEN_TO_ALL = {"healthz", "readyz", "metrics", "openapi"}
GUARDED = [row for row in ENDPOINTS if row.auth is not Auth.PUBLIC]
OWNED = [row for row in ENDPOINTS if row.auth is Auth.OWNER]


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return SQLite's alone: what is tested here happens before any database is asked."""
    return copy_of_migrated_sqlite(request, tmp_path)


@pytest.fixture
def adas_things(api: ApiServer, mirror: Mirror) -> dict[str, str]:
    """Return the parameters that name things of ada, all of which exist."""
    mirror(kernel_application(1, "ada", "11111111-aaaa-bbbb-cccc-222222222222", "ada.science"))
    environment = api.client("ada").create_environment(NewEnvironment(name="science", pip=("humanize",)))
    assert environment.latest_build is not None
    return {
        "application_id": application_id(1),
        "kernel_id": "11111111-aaaa-bbbb-cccc-222222222222",
        "owner": "ada",
        "name": "science",
        "build_id": environment.latest_build.id,
    }


@pytest.fixture
def nobodys_things() -> dict[str, str]:
    """Return parameters that name nothing at all."""
    return {
        "application_id": application_id(999),
        "kernel_id": "99999999-aaaa-bbbb-cccc-222222222222",
        "owner": "ada",
        "name": "nothing",
        "build_id": "0" * 32,
    }


def _call(api: ApiServer, row: Endpoint, parameters: dict[str, str], token: str) -> requests.Response:
    body: dict[str, Any] = {} if row.request is None or row.takes_query else {"json": {}}
    return api.send(
        row.method, row.url_path.format_map(parameters), token, stream=row.media is Media.EVENTS, **body
    )


def test_every_address_of_the_server_is_in_the_table(api: ApiServer) -> None:
    served = {
        (str(rule), method)
        for rule in create_app(api.parts).url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
    }
    table = {(row.url_path.replace("{", "<").replace("}", ">"), row.method) for row in ENDPOINTS}
    assert served == table


def test_only_what_monitoring_needs_is_open_to_all() -> None:
    assert {row.name for row in ENDPOINTS if row.auth is Auth.PUBLIC} == OPEN_TO_ALL
    assert all(isinstance(row.auth, Auth) for row in ENDPOINTS)


def test_everything_that_names_a_thing_is_limited_to_its_owner() -> None:
    assert [row.name for row in GUARDED if row.parameters and row.auth is not Auth.OWNER] == []


def test_without_a_token_nothing_is_answered(api: ApiServer, nobodys_things: dict[str, str]) -> None:
    for row in GUARDED:
        answer = _call(api, row, nobodys_things, "")
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), row.name
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.fixture
def bad_tokens(issuer: Issuer) -> list[str]:
    """Return tokens that prove nothing."""
    stranger = Issuer(issuer.jwks_file.with_name("stranger.json"))
    return [
        "nonsense",
        issuer.token("ada", exp=1_700_000_000),
        issuer.token("ada", aud="kubeyard-gateway"),
        issuer.token("ada", iss="http://elsewhere.test"),
        stranger.token("ada"),
    ]


def test_bad_tokens_open_no_route(api: ApiServer, adas_things: dict[str, str], bad_tokens: list[str]) -> None:
    statuses = {
        (row.name, number): _call(api, row, adas_things, token).status_code
        for row in GUARDED
        for number, token in enumerate(bad_tokens)
    }
    assert set(statuses.values()) == {401}, statuses


def test_token_counts_in_its_header_only(api: ApiServer, issuer: Issuer) -> None:
    token = issuer.token("ada")
    ways: tuple[dict[str, Any], ...] = (
        {"params": {"token": token, "access_token": token}},
        {"cookies": {"token": token, "Authorization": f"Bearer {token}"}},
        {"headers": {"Authorization": f"token {token}"}},
        {"headers": {"Authorization": token}},
        {"headers": {"X-Forwarded-User": "ada", "X-Remote-User": "ada"}},
    )
    for sent in ways:
        assert api.send("GET", "/api/v1/cluster", **sent).status_code == 401


def test_another_s_things_answer_like_things_that_never_were(
    api: ApiServer, issuer: Issuer, adas_things: dict[str, str], nobodys_things: dict[str, str]
) -> None:
    eve = issuer.token("eve")
    for row in OWNED:
        another, nobody = (_call(api, row, things, eve) for things in (adas_things, nobodys_things))
        assert another.status_code == nobody.status_code == 404, row.name
        assert _told(another) == _told(nobody), row.name


def _told(answer: requests.Response) -> dict[str, str]:
    return {name: value for name, value in answer.json().items() if name != "request_id"}


def test_the_platform_s_own_service_owns_nothing(
    api: ApiServer, issuer: Issuer, adas_things: dict[str, str]
) -> None:
    service = issuer.token("kubeyard-web", "service")
    assert {_call(api, row, adas_things, service).status_code for row in OWNED} == {404}


def test_owner_and_administrator_are_let_in(
    api: ApiServer, issuer: Issuer, adas_things: dict[str, str]
) -> None:
    for row in (row for row in OWNED if row.method == "GET"):
        for token in (issuer.token("ada"), issuer.token("admin", "user", "admin")):
            with _call(api, row, adas_things, token) as answer:
                assert answer.status_code not in (401, 403, 404), row.name


def test_other_methods_are_refused_before_anything_is_told(
    api: ApiServer, adas_things: dict[str, str]
) -> None:
    for row in ENDPOINTS:
        for method in ("OPTIONS", "TRACE", "PATCH"):
            answer = api.send(method, row.url_path.format_map(adas_things))
            assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed"), row.name
