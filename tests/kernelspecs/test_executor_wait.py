"""A cell whose Spark job has no executor is told so, once, and when it has got one."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from harness.waiting import wait_until
from IPython.core.interactiveshell import InteractiveShell
from kubeyard_kernelspecs.launcher.executor_wait import GOT_ONE, WAITING, ExecutorWait


class Spark:
    """What Java would say."""

    def __init__(self) -> None:
        self.lacks = False
        self.asked = 0
        self.fails = False

    def lacks_executor(self) -> bool:
        self.asked += 1
        if self.fails:
            raise ConnectionError("closed by an interrupt")
        return self.lacks


@pytest.fixture
def spark() -> Spark:
    return Spark()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def shell(spark: Spark, said: list[str]) -> Iterator[Any]:
    """A shell in which `run(seconds)` is a cell."""
    shell = InteractiveShell()  # type: ignore[no-untyped-call]  # IPython's is untyped
    wait = ExecutorWait(shell, spark.lacks_executor, said.append)
    wait.start(0.05, 0.01)
    yield shell
    wait.stop()


def run(shell: Any, until: Any) -> None:
    """Run a cell that ends once `until` holds."""
    shell.user_ns["until"] = lambda: wait_until(until, "the cell may end", 10, 0.01) and None
    assert shell.run_cell("until()").success


def test_a_cell_without_an_executor_is_told_once_and_again_when_it_has_one(
    shell: Any, spark: Spark, said: list[str]
) -> None:
    spark.lacks = True

    def got_one() -> bool:
        if said == [WAITING] and spark.asked > 20:
            spark.lacks = False
        return GOT_ONE in said

    run(shell, got_one)
    assert said == [WAITING, GOT_ONE]


def test_each_cell_is_told_for_itself(shell: Any, spark: Spark, said: list[str]) -> None:
    spark.lacks = True
    run(shell, lambda: len(said) == 1)
    run(shell, lambda: len(said) == 2)
    assert said == [WAITING, WAITING]


def test_a_cell_with_an_executor_is_told_nothing(shell: Any, spark: Spark, said: list[str]) -> None:
    run(shell, lambda: spark.asked > 20)
    assert said == []


def test_nothing_is_asked_while_no_cell_runs(shell: Any, spark: Spark) -> None:
    spark.lacks = True
    run(shell, lambda: spark.asked > 2)
    # One question may be under way as the cell ends.
    before = spark.asked
    looked = time.monotonic() + 0.1
    wait_until(lambda: time.monotonic() > looked, "it has looked ten times", 5, 0.02)
    assert spark.asked <= before + 1


def test_java_that_does_not_answer_is_no_reason_to_say_anything(
    shell: Any, spark: Spark, said: list[str]
) -> None:
    spark.lacks, spark.fails = True, True
    run(shell, lambda: spark.asked > 20)
    assert said == []
    spark.fails = False
    run(shell, lambda: said == [WAITING])
