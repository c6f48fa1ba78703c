"""What the tests of people and logins share."""

import contextlib
import time
from collections.abc import Callable
from statistics import median

import pytest
from harness.web_ui import WebUi
from kubeyard_web.accounts.login import Login, WrongCredentials


@pytest.fixture
def seconds_of(web_ui: WebUi) -> Callable[[Login, str], float]:
    """How long it usually takes to refuse a wrong password for a name."""

    def measured(login: Login, name: str) -> float:
        def once() -> float:
            web_ui.clock.advance(2 * 3600)  # no delay stands in the way
            began = time.perf_counter()
            with contextlib.suppress(WrongCredentials):
                login.log_in(name, "not the password", "127.0.0.1")
            return time.perf_counter() - began

        return median(once() for _ in range(9))

    return measured
