"""The link with which the first administrator is made."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from harness.web_ui import WebUi, running_web_ui
from kubeyard_web.accounts.models import AdministratorLink, User
from requests import Response
from sqlalchemy import select

FORM = {"username": "Ada", "new": "an engine of analysis", "repeated": "an engine of analysis"}


@pytest.fixture
def empty_web_ui(tmp_path: Path) -> Iterator[WebUi]:
    """A web UI in which nobody has an account."""
    with running_web_ui(tmp_path / "web") as running:
        yield running


def new_link(web_ui: WebUi) -> str:
    """The path and query of a fresh link."""
    link = web_ui.services.first_administrator.new_link()
    assert link is not None
    assert link.startswith(web_ui.url)
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


def use(web_ui: WebUi, link: str, **form: str) -> Response:
    """Open the link and send its form."""
    browser = web_ui.browser()
    return browser.post("/first-administrator", {"link": link.partition("link=")[2]} | FORM | form, page=link)


def test_the_link_makes_an_administrator_who_is_logged_in(empty_web_ui: WebUi) -> None:
    browser, link = empty_web_ui.browser(), new_link(empty_web_ui)

    answer = browser.post("/first-administrator", {"link": link.partition("link=")[2]} | FORM, page=link)

    assert answer.headers["Location"] == "/"
    assert browser.get("/account/password").status_code == 200
    with empty_web_ui.services.database.reading() as session:
        ada = session.get_one(User, "ada")
    assert ada.is_admin
    assert ada.display_name == "Ada"
    assert empty_web_ui.browser().log_in("ADA", FORM["new"]).status_code == 302


def test_the_link_works_once(empty_web_ui: WebUi) -> None:
    link = new_link(empty_web_ui)
    use(empty_web_ui, link)

    again = use(empty_web_ui, link, username="eve")

    assert empty_web_ui.browser().get(link).status_code == 404
    assert again.status_code in (400, 404)
    with empty_web_ui.services.database.reading() as session:
        assert session.get(User, "eve") is None


def test_two_who_use_the_link_at_once_make_one_administrator(empty_web_ui: WebUi) -> None:
    link = new_link(empty_web_ui)
    first, second = empty_web_ui.browser(), empty_web_ui.browser()
    first.get(link)
    second.get(link)
    token = link.partition("link=")[2]

    assert first.post("/first-administrator", {"link": token} | FORM, page=link).status_code == 302
    late = second.post("/first-administrator", {"link": token} | FORM | {"username": "eve"}, page="/login")

    assert late.status_code == 404
    assert "This link does not work" in late.text


def test_the_link_expires_after_a_day(empty_web_ui: WebUi) -> None:
    link = new_link(empty_web_ui)
    assert empty_web_ui.browser().get(link).status_code == 200

    empty_web_ui.clock.advance(24 * 3600 + 1)

    assert empty_web_ui.browser().get(link).status_code == 404


def test_a_new_link_replaces_the_old_one(empty_web_ui: WebUi) -> None:
    old, new = new_link(empty_web_ui), new_link(empty_web_ui)

    assert empty_web_ui.browser().get(old).status_code == 404
    assert empty_web_ui.browser().get(new).status_code == 200


def test_no_link_is_made_once_there_is_an_administrator(web_ui: WebUi) -> None:
    assert web_ui.services.first_administrator.new_link() is None


def test_the_link_is_stored_as_a_hash(empty_web_ui: WebUi) -> None:
    token = new_link(empty_web_ui).partition("link=")[2]

    with empty_web_ui.services.database.reading() as session:
        stored = session.scalars(select(AdministratorLink)).one()

    assert token not in stored.token_hash


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"username": "root"}, "belongs to the platform"),
        ({"username": "kubeyard-x"}, "belongs to the platform"),
        ({"username": "a b"}, "1 to 63"),
        ({"username": "x" * 64}, "1 to 63"),
        ({"new": "short"}, "at least 10"),
        ({"repeated": "different"}, "differs"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    empty_web_ui: WebUi, form: dict[str, str], told: str
) -> None:
    link = new_link(empty_web_ui)

    answer = use(empty_web_ui, link, **form)

    assert answer.status_code == 422
    assert told in answer.text
    assert use(empty_web_ui, link).status_code == 302
