"""Two web UIs on one database and one set of keys: whichever answers, nothing is different."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.oidc_client import Client
from harness.web_ui import Browser, WebUi, password_of, running_web_ui
from kubeyard_identity.verifier import Verifier
from kubeyard_web.accounts import demo
from kubeyard_web.accounts.models import User
from kubeyard_web.tokens.signing import Bearer
from sqlalchemy import delete, func, select

BOB = Bearer("bob", ("people",), ("user",))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[WebUi, WebUi]]:
    """Two replicas, and bob, who may log in."""
    url = f"sqlite:///{tmp_path}/both.sqlite"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").create_database("replicas")
    with (
        running_web_ui(tmp_path / "shared", web_database_url=url) as one,
        running_web_ui(tmp_path / "shared", web_database_url=url) as other,
    ):
        one.add_user("bob")
        yield one, other
    if request.param == "postgresql":
        request.getfixturevalue("postgresql").drop_database("replicas")


def at(replica: WebUi, browser: Browser) -> Browser:
    """The same browser, answered by this replica: cookies know no ports."""
    moved = Browser(replica.url)
    moved.http.cookies = browser.http.cookies
    return moved


def test_who_logs_in_at_one_is_logged_in_at_both_and_logs_out_of_both(pair: tuple[WebUi, WebUi]) -> None:
    one, other = pair
    browser = one.browser()
    assert browser.log_in("bob").status_code == 302
    there = at(other, browser)
    assert there.get("/account/password").status_code == 200

    there.post("/logout", {}, page="/account/password")

    assert browser.get("/account/password").status_code == 302


def test_form_that_one_gave_is_taken_by_the_other(pair: tuple[WebUi, WebUi]) -> None:
    one, other = pair
    browser = one.browser()
    page = browser.get("/login").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "username": "bob", "password": password_of("bob")}

    assert at(other, browser).post_bare("/login", form).status_code == 302


def test_wrong_passwords_are_counted_together(pair: tuple[WebUi, WebUi]) -> None:
    one, other = pair
    for replica in (one, other, one):
        replica.browser().log_in("bob", "a guess")

    assert other.browser().log_in("bob").status_code == 429


def test_code_that_one_gave_is_taken_by_the_other_and_only_once(pair: tuple[WebUi, WebUi]) -> None:
    one, other = pair
    asked = Client(one, one.browser_of("bob"))
    code = asked.code()
    asked.web_ui = other

    assert asked.token(code).status_code == 200
    asked.web_ui = one
    assert asked.token(code).status_code == 400


def test_token_of_either_is_known_by_the_keys_of_either(pair: tuple[WebUi, WebUi]) -> None:
    one, other = pair
    for signer, published in ((one, other), (other, one)):
        file = published.services.settings.jwks_file
        verifier = Verifier(file, signer.url, "kubeyard-api")
        assert verifier.caller(signer.services.tokens.sign(BOB)).name == "bob"


def test_keys_that_are_rotated_are_used_by_both_and_nobodys_token_breaks(pair: tuple[WebUi, WebUi]) -> None:
    one, other = pair
    old = {replica.url: replica.services.tokens.sign(BOB) for replica in pair}
    one.services.keys.prepare()
    new_id = one.services.keys.rotate()

    for replica in pair:
        assert str(replica.services.keys.current().kid) == new_id
        verifier = Verifier(other.services.settings.jwks_file, replica.url, "kubeyard-api")
        for token in (old[replica.url], replica.services.tokens.sign(BOB)):
            assert verifier.caller(token).name == "bob"


def test_both_begin_at_once_with_demo_accounts(pair: tuple[WebUi, WebUi]) -> None:
    failures: list[Exception] = []

    def begin(replica: WebUi) -> None:
        try:
            demo.reconcile(replica.services.database, replica.clock, wanted=True)
        except Exception as error:
            failures.append(error)

    for _ in range(5):
        threads = [threading.Thread(target=begin, args=[replica]) for replica in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with pair[0].services.database.writing() as session:
            assert session.scalar(select(func.count()).where(User.is_demo)) == 2
            session.execute(delete(User).where(User.is_demo))
    assert failures == []
