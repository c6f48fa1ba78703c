"""A kernel notices that its gateway is gone, and knows what it is doing itself."""

import threading
from typing import Any

import pytest
from harness.waiting import wait_until
from IPython.core.interactiveshell import InteractiveShell
from kubeyard_kernelspecs.launcher.activity import Activity
from kubeyard_kernelspecs.launcher.presence import Presence


def test_a_long_silence_ends_the_kernel() -> None:
    ended = threading.Event()
    presence = Presence(0.2, ended.set)
    presence.start()
    assert ended.wait(10)


@pytest.mark.slow
def test_each_word_of_the_gateway_keeps_it() -> None:
    ended, silence = threading.Event(), 2.0
    presence = Presence(silence, ended.set)
    presence.start()
    words = 0

    def enough() -> bool:
        nonlocal words
        words += 1
        presence.heard()
        return words > 60

    # Twice as long as the silence that would end it.
    wait_until(enough, "sixty words were said", 60, 2 * silence / 60)
    assert not ended.is_set()
    assert ended.wait(10)


@pytest.fixture
def shell() -> Any:
    return InteractiveShell()  # type: ignore[no-untyped-call]  # IPython's is untyped


def test_a_cell_is_busy_and_so_is_one_that_runs_another(shell: Any) -> None:
    activity = Activity(shell, lambda: 0)
    seen: list[object] = []
    shell.user_ns["look"] = lambda: seen.append(activity.answer({})["busy"])
    shell.user_ns["inner"] = lambda: shell.run_cell("look()")
    assert activity.answer({})["busy"] is False
    shell.run_cell("look(); inner(); look()")
    assert seen == [True, True, True]
    assert activity.answer({})["busy"] is False


@pytest.mark.parametrize("cell", ["1 / 0", "this is no Python", "raise SystemExit"])
def test_a_cell_that_fails_ends_too(shell: Any, cell: str) -> None:
    activity = Activity(shell, lambda: 0)
    shell.run_cell(cell)
    assert activity.answer({})["busy"] is False


def test_idle_time_counts_from_the_end_of_the_last_cell(shell: Any) -> None:
    activity = Activity(shell, lambda: 0)

    def idle_seconds() -> float:
        return float(str(activity.answer({})["idle_seconds"]))

    wait_until(lambda: idle_seconds() > 0.2, "some time has passed")
    before = idle_seconds()
    shell.run_cell("pass")
    assert idle_seconds() < before


def test_a_job_in_the_background_is_busy(shell: Any) -> None:
    assert Activity(shell, lambda: 1).answer({}) == {"busy": True, "idle_seconds": 0.0}
