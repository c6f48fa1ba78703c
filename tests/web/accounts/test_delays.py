"""The delay that grows with each wrong password."""

import re

import requests
from harness.web_ui import WebUi, password_of, running_web_ui
from kubeyard_web.accounts.delays import OF_ADDRESS, LoginDelays, MustWait
from kubeyard_web.accounts.models import LoginDelay
from sqlalchemy import select


def fail(web_ui: WebUi, name: str = "bob") -> requests.Response:
    """Try a wrong password."""
    return web_ui.browser().log_in(name, "not the password")


def test_a_delay_grows_with_each_wrong_password(web_ui: WebUi) -> None:
    waits = []
    for _ in range(8):
        while (answer := fail(web_ui)).status_code == 429:
            waits.append(int(answer.headers["Retry-After"]))
            web_ui.clock.advance(waits[-1])

    assert waits == [1, 2, 4, 8, 16]


def test_while_it_lasts_even_the_right_password_has_to_wait(web_ui: WebUi) -> None:
    for _ in range(3):
        fail(web_ui)

    answer = web_ui.browser().log_in("bob")

    assert answer.status_code == 429
    said = re.search(r"Try again in (\d+) s\.", answer.text)
    assert said is not None
    assert answer.headers["Retry-After"] == said.group(1)
    web_ui.clock.advance(int(said.group(1)))
    assert web_ui.browser().log_in("bob").status_code == 302


def test_success_forgets_the_failures_of_the_account(web_ui: WebUi) -> None:
    for _ in range(3):
        fail(web_ui)
    web_ui.clock.advance(10)
    web_ui.browser().log_in("bob")

    assert [fail(web_ui).status_code for _ in range(3)] == [401, 401, 401]


def test_a_delay_outlives_a_restart(web_ui: WebUi) -> None:
    for _ in range(5):
        fail(web_ui)
        web_ui.clock.advance(20)
    fail(web_ui)
    folder = web_ui.services.settings.web_signing_keys_file.parent

    with running_web_ui(folder) as again:
        again.clock.advance(100)  # where the first clock was

        assert again.browser().log_in("bob").status_code == 429


def test_a_delay_is_of_one_account_and_leaves_others_alone(web_ui: WebUi) -> None:
    for _ in range(5):
        fail(web_ui)

    assert web_ui.browser().log_in("eve").status_code == 302


def guess_many_names(web_ui: WebUi) -> None:
    """Fail as often as one address may, each time at another account."""
    delays = LoginDelays(web_ui.services.database, web_ui.clock)
    for number in range(OF_ADDRESS.free):
        delays.begin_attempt(f"guess{number}", "127.0.0.1")


def test_an_address_that_guesses_many_names_has_to_wait_too(web_ui: WebUi) -> None:
    guess_many_names(web_ui)

    assert [fail(web_ui, name).status_code for name in ("one", "another")] == [401, 429]


def test_a_good_password_buys_an_address_no_guesses_at_others(web_ui: WebUi) -> None:
    guess_many_names(web_ui)
    assert web_ui.browser().log_in("eve").status_code == 302

    assert [fail(web_ui, name).status_code for name in ("one", "another")] == [401, 429]


def test_an_hour_without_failures_forgets_them(web_ui: WebUi) -> None:
    for _ in range(2):
        fail(web_ui)
    web_ui.clock.advance(3601)

    assert [fail(web_ui).status_code for _ in range(3)] == [401, 401, 401]
    with web_ui.services.database.reading() as session:
        assert {row.failures for row in session.scalars(select(LoginDelay))} == {3}


def test_attempts_at_once_are_counted_before_they_are_judged(web_ui: WebUi) -> None:
    delays = LoginDelays(web_ui.services.database, web_ui.clock)
    begun = 0
    for _ in range(10):  # none of them is judged yet
        try:
            delays.begin_attempt("bob", "192.0.2.1")
        except MustWait:
            break
        begun += 1

    assert begun == 3
    assert web_ui.browser().log_in("bob", password_of("bob")).status_code == 429
