"""A database that goes away under use and comes back: what people and programs are told meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from harness.postgresql import PostgreSql, running_postgresql
from harness.web_ui import WebUi, running_web_ui

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[PostgreSql]:
    """A PostgreSQL of this test alone, since it is stopped."""
    with running_postgresql() as one:
        yield one


@pytest.fixture
def web(server: PostgreSql, tmp_path: Path) -> Iterator[WebUi]:
    with running_web_ui(tmp_path, web_database_url=server.create_database("away")) as running:
        running.add_user("bob")
        yield running


def test_pages_and_programs_are_told_and_bob_stays_logged_in(server: PostgreSql, web: WebUi) -> None:
    bob = web.browser_of("bob")
    assert bob.get("/account/password").status_code == 200
    server.stop()

    page = bob.get("/account/password")
    assert page.status_code == 503
    assert "The database does not answer" in page.text
    assert "Nobody is logged out" in page.text
    assert page.headers["Retry-After"] == "5"
    assert page.headers["X-Request-ID"] in page.text
    told = requests.get(f"{web.url}/oauth/userinfo", headers={"Authorization": "Bearer bobs"}, timeout=20)
    assert (told.status_code, told.json()["code"]) == (503, "database-away")
    assert web.browser().get("/healthz").status_code == 200
    assert web.browser().get("/readyz").json()["checks"]["database"].startswith("out of reach")

    server.start()
    assert bob.get("/account/password").status_code == 200
