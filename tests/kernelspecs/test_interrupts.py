"""What an interrupted cell says when Spark's tidying up after it finds the connection to Java closed."""

from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

# As in a cell that PySpark's context managers call Java around; the errors bear Py4J's names.
PREPARED = """
import os, signal
from contextlib import contextmanager
from kubeyard_kernelspecs.launcher.interrupts import Interrupts
Interrupts(get_ipython())
get_ipython().run_line_magic('colors', 'nocolor')
class Py4JError(Exception):
    __module__ = "py4j.protocol"
class Py4JNetworkError(Py4JError):
    __module__ = "py4j.protocol"
class Py4JJavaError(Py4JError):
    __module__ = "py4j.protocol"
@contextmanager
def tidied_up_by(failure):
    try:
        yield
    finally:
        raise failure
def press_interrupt():
    os.kill(os.getpid(), signal.SIGINT)
    signal.pause()
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[BlockingKernelClient]:
    manager, client = start_new_kernel(startup_timeout=60)
    try:
        assert run(client, PREPARED) == ("", "")
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(kernel: BlockingKernelClient, code: str) -> tuple[str, str]:
    """The error's name as the cell shows it and as it is answered; empty without one."""
    shown: list[str] = []

    def look(message: dict[str, Any]) -> None:
        if message["msg_type"] == "error":
            shown.append(message["content"]["ename"])
            assert any("Cell " in part for part in message["content"]["traceback"]), (
                "it names the cell's line"
            )

    answer = kernel.execute_interactive(code, timeout=30, output_hook=look)
    return "".join(shown), answer["content"].get("ename", "")


@pytest.mark.parametrize("failure", ["Py4JError", "Py4JNetworkError"])
def test_interrupt_is_named_and_not_the_connection_that_it_closed(
    kernel: BlockingKernelClient, failure: str
) -> None:
    code = f"with tidied_up_by({failure}('closed')):\n    press_interrupt()"
    assert run(kernel, code) == ("KeyboardInterrupt", "KeyboardInterrupt")
    nested = (
        f"with tidied_up_by({failure}('outer')), tidied_up_by({failure}('inner')):\n    press_interrupt()"
    )
    assert run(kernel, nested) == ("KeyboardInterrupt", "KeyboardInterrupt")


def test_connection_that_is_lost_without_an_interrupt_is_told(kernel: BlockingKernelClient) -> None:
    assert run(kernel, "raise Py4JNetworkError('away')") == ("Py4JNetworkError", "Py4JNetworkError")
    assert run(kernel, "press_interrupt()") == ("KeyboardInterrupt", "KeyboardInterrupt")


def test_error_that_java_tells_after_an_interrupt_stays_what_it_is(kernel: BlockingKernelClient) -> None:
    code = "with tidied_up_by(Py4JJavaError('no table')):\n    press_interrupt()"
    assert run(kernel, code) == ("Py4JJavaError", "Py4JJavaError")
