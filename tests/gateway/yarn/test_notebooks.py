"""A notebook in a person's Lab, before a gateway that ends: nothing of its output is lost."""

import os
import select
import signal
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.gateway import GatewayProcess
from harness.scripted_server import ScriptedServer
from harness.yarn_gateway import YarnGateway
from lab.lab_process import LabProcess
from lab.token_exchange import TokenExchange

# One round of a killed gateway takes some seconds; more are run by command.
ROUNDS = int(os.environ.get("KUBEYARD_TEST_GATEWAY_ENDS", "4"))
LINES = 80
PRINTING = f"import time\nfor i in range({LINES}):\n    print('line', i, flush=True); time.sleep(0.05)"
SECONDS_A_ROUND = 60
WAITING = """
import pathlib, time
print('before', flush=True)
while not pathlib.Path({go!r}).exists():
    time.sleep(0.05)
print('after')
"""

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420 + SECONDS_A_ROUND * ROUNDS)]


@pytest.fixture
def adas_lab(own: GatewayProcess, tmp_path: Path) -> Iterator[LabProcess]:
    """The Lab of ada, before the gateway that this test alone may end."""
    with ScriptedServer(TokenExchange(own)) as server:
        lab = LabProcess(tmp_path / "lab-of-ada", own.url, server.url, "hub-token-of-ada")
        lab.start()
        yield lab
        lab.stop()


def numbered(count: int) -> list[str]:
    return [f"line {number}" for number in range(count)]


def test_every_line_reaches_the_notebook_though_the_gateway_ends_again_and_again(
    yarn: YarnGateway, own: GatewayProcess, adas_lab: LabProcess
) -> None:
    kernel_id = adas_lab.open_notebook("a.ipynb", yarn.spec.name)["kernel"]["id"]
    with adas_lab.connect(kernel_id) as notebook:
        for number in range(ROUNDS):
            signum = signal.SIGTERM if number % 4 == 3 else signal.SIGKILL
            ident = notebook.send(PRINTING)
            begun = notebook.printed(ident, until=f"line {number % 8}")
            begin = time.monotonic()
            own.stop(signum)
            gone = time.monotonic() - begin
            own.start()
            served = time.monotonic() - begin
            lines = (begun + notebook.printed(ident)).splitlines()
            sys.stdout.write(
                f"round {number}: {signum.name} gone after {gone:.2f} s, serves again after {served:.2f} s, "
                f"{len(lines)} lines of {LINES}\n"
            )
            assert lines == numbered(LINES)
        assert len(set(notebook.message_ids)) == len(notebook.message_ids)
    assert yarn.application(kernel_id).state.is_final is False


@pytest.mark.parametrize("good_bye", [True, False])
def test_a_browser_that_was_away_gets_the_rest(
    yarn: YarnGateway, adas_lab: LabProcess, good_bye: bool
) -> None:
    kernel_id, session_id = (
        adas_lab.open_notebook("a.ipynb", yarn.spec.name)["kernel"]["id"],
        uuid.uuid4().hex,
    )
    with adas_lab.connect(kernel_id, session_id) as notebook:
        ident = notebook.send(PRINTING)
        text = notebook.printed(ident, until="line 10")
        # What has arrived and was not read when the browser says good-bye, it never reads.
        select.select([notebook.socket.fileno()], [], [], 10)  # type: ignore[no-untyped-call]
        if good_bye:
            notebook.socket.close()
        else:
            notebook.socket.shutdown()  # type: ignore[no-untyped-call]
    with adas_lab.connect(kernel_id, session_id) as notebook:
        rest = notebook.printed(ident)
    # The last moments come twice, since nobody knows whether they had arrived; nothing is missing.
    first = int(rest.split("\n")[0].removeprefix("line "))
    assert rest.splitlines() == numbered(LINES)[first:]
    assert first <= len(text.splitlines())


def test_what_a_browser_has_confirmed_does_not_come_twice(yarn: YarnGateway, adas_lab: LabProcess) -> None:
    kernel_id, session_id = (
        adas_lab.open_notebook("a.ipynb", yarn.spec.name)["kernel"]["id"],
        uuid.uuid4().hex,
    )
    with adas_lab.connect(kernel_id, session_id) as notebook:
        first = notebook.send("print('once')")
        assert notebook.printed(first) == "once\n"
        notebook.confirm(first)
    with adas_lab.connect(kernel_id, session_id) as notebook:
        assert notebook.run("print('more')") == "more\n"
        assert first not in {ident for ident, _ in notebook.answered}


@pytest.mark.parametrize("good_bye", [True, False])
def test_what_a_browser_has_confirmed_of_a_running_cell_is_not_in_the_rest(
    yarn: YarnGateway, adas_lab: LabProcess, steps: Path, good_bye: bool
) -> None:
    kernel_id, session_id = (
        adas_lab.open_notebook("a.ipynb", yarn.spec.name)["kernel"]["id"],
        uuid.uuid4().hex,
    )
    with adas_lab.connect(kernel_id, session_id) as notebook:
        ident = notebook.send(WAITING.format(go=str(steps / "go")))
        assert notebook.printed(ident, until="before\n") == "before\n"
        notebook.confirm(ident, "stream")
        if good_bye:
            notebook.socket.close()
        else:
            notebook.socket.shutdown()  # type: ignore[no-untyped-call]
    with adas_lab.connect(kernel_id, session_id) as notebook:
        (steps / "go").touch()
        assert notebook.printed(ident) == "after\n"


def test_a_lab_that_restarts_under_a_printing_cell_gives_its_notebook_the_rest(
    yarn: YarnGateway, adas_lab: LabProcess
) -> None:
    kernel_id, session_id = (
        adas_lab.open_notebook("a.ipynb", yarn.spec.name)["kernel"]["id"],
        uuid.uuid4().hex,
    )
    with adas_lab.connect(kernel_id, session_id) as notebook:
        ident = notebook.send(PRINTING)
        text = notebook.printed(ident, until="line 10")
        adas_lab.stop(signal.SIGKILL)
    adas_lab.start()
    assert adas_lab.send("GET", "/api/sessions").json()[0]["kernel"]["id"] == kernel_id
    with adas_lab.connect(kernel_id, session_id) as notebook:
        rest = notebook.printed(ident)
    # What the killed Lab had taken and not passed on is its loss: some tenths of a second at most.
    lines = [int(line.removeprefix("line ")) for line in (text + rest).splitlines()]
    assert lines == sorted(set(lines))
    assert lines[-1] == LINES - 1
