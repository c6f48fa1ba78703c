"""Much output: it arrives whole and in order, or a line in its place says what is missing."""

import os
import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import websocket
from harness.flood import FLOOD, MB, forget_most_memory, messages_missing, most_memory, numbers, until_still
from harness.gateway import CELL_SECONDS, GatewayProcess, Gateways, KernelClient
from harness.launched_kernels import LaunchingYarn, launching_gateway
from harness.scripted_yarn import SPEC
from harness.waiting import wait_until
from lab.lab_process import V1, Notebook

pytestmark = pytest.mark.slow
LINES = 6_000


@pytest.fixture(scope="module")
def launched(
    start_gateway: Gateways, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[GatewayProcess, LaunchingYarn]]:
    """A gateway whose kernels are the launcher's."""
    with launching_gateway(start_gateway, tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture(scope="module")
def ada(launched: tuple[GatewayProcess, LaunchingYarn]) -> KernelClient:
    return launched[0].client("ada")


@pytest.fixture(scope="module")
def kernel(ada: KernelClient) -> str:
    return ada.start(SPEC.name)


@contextmanager
def notebook(client: KernelClient, kernel_id: str) -> Iterator[Notebook]:
    """Connect as JupyterLab's server does, by the protocol that costs least."""
    address = client.url.replace("http", "ws", 1)
    connection = websocket.create_connection(
        f"{address}/api/kernels/{kernel_id}/channels?session_id={uuid.uuid4().hex}",
        header=client.headers,
        subprotocols=[V1],
        timeout=CELL_SECONDS,
    )
    with Notebook(connection) as connected:
        # Once this is answered it is joined to the kernel's output, others' too.
        connected.run("pass")
        yield connected


def test_a_cell_waits_for_a_gateway_that_is_slow_and_nothing_is_lost(
    launched: tuple[GatewayProcess, LaunchingYarn], ada: KernelClient, kernel: str, tmp_path: Path
) -> None:
    progress, pid = tmp_path / "progress", launched[0].pid
    with notebook(ada, kernel) as hers:
        ident = hers.send(FLOOD.format(str(progress), LINES, 2000))
        begun = hers.printed(ident, until="line 10 ")
        os.kill(pid, signal.SIGSTOP)
        try:
            until_still(progress)
            assert int(progress.read_text()) < LINES - 1
        finally:
            os.kill(pid, signal.SIGCONT)
        assert numbers(begun + hers.printed(ident)) == list(range(LINES))


def test_200_mb_arrive_whole_and_hold_up_nobody_else(
    launched: tuple[GatewayProcess, LaunchingYarn], ada: KernelClient, kernel: str
) -> None:
    bob = launched[0].client("bob")
    with notebook(ada, kernel) as hers, notebook(bob, bob.start(SPEC.name)) as his:
        his.run("x = 0")
        ident = hers.send(f"for i in range(200): print(f'{{i:07}}' + 'x' * {MB - 8})")
        first = hers.printed(ident, until="0000000")
        # She reads on only when he has done this.
        assert [his.run(f"print({number})") for number in range(20)] == [f"{n}\n" for n in range(20)]
        lines = (first + hers.printed(ident)).splitlines()
    assert [int(line[:7]) for line in lines] == list(range(200))
    assert {len(line) for line in lines} == {MB - 1}


def test_one_print_of_200_mb_arrives_in_pieces(ada: KernelClient, kernel: str) -> None:
    with notebook(ada, kernel) as hers:
        text = hers.run(f"print('x' * {200 * MB})")
        assert len(hers.message_ids) > 200
    assert len(text) == 200 * MB + 1
    assert set(text[: -1 : MB // 2]) == {"x"}


def test_a_value_that_is_too_large_for_one_message_is_told_and_the_next_cell_runs(
    ada: KernelClient, kernel: str
) -> None:
    with ada.connect(kernel) as channel:
        assert "an output of 76 MB is left out here" in channel.run(f"'x' * {80 * MB}")
        assert channel.run("6 * 7") == "42"


def test_a_client_that_was_cut_off_before_it_had_anything_is_told_what_it_misses(
    ada: KernelClient, kernel: str, tmp_path: Path
) -> None:
    session, progress, lines = uuid.uuid4().hex, tmp_path / "progress", 12_000
    with ada.connect(kernel, session) as channel:
        ident = channel.send(FLOOD.format(str(progress), lines, 2000))
        wait_until(progress.exists, "the cell runs")
    with ada.connect(kernel) as other:
        # It runs behind hers.
        other.run("pass")
    with ada.connect(kernel, session, after=[]) as channel:
        told = channel.output(ident)
    got, [missing] = numbers(told), messages_missing(told)
    assert got == list(range(got[0], lines))
    # A line may go in one message with the next, and the cell's beginning is a message too.
    assert missing == pytest.approx(got[0], rel=0.01)


VALUES = """
told = open({0!r}, 'w')
for i in range({1}):
    display({{'text/plain': 'x' * {2}}}, raw=True)
    told.seek(0); told.write(str(i)); told.flush()
"""


def test_large_values_that_a_client_does_not_take_cost_the_gateway_a_few_of_them(
    launched: tuple[GatewayProcess, LaunchingYarn], ada: KernelClient, kernel: str, tmp_path: Path
) -> None:
    progress, pid, count = tmp_path / "progress", launched[0].pid, 24
    forget_most_memory(pid)
    before = most_memory(pid)
    with notebook(ada, kernel) as hers:
        ident = hers.send(VALUES.format(str(progress), count, 50 * MB))
        # The kernel waits, or has no more to show.
        until_still(progress, every_seconds=2)
        assert int(progress.read_text()) < count - 1
        hers.printed(ident)
    # All of them would be 1,200.
    assert most_memory(pid) - before < 600


@pytest.mark.daemons
@pytest.mark.long
def test_a_client_that_sleeps_holds_up_no_cell_for_long_and_is_told_what_it_misses(
    launched: tuple[GatewayProcess, LaunchingYarn], ada: KernelClient, kernel: str, tmp_path: Path
) -> None:
    progress, lines = tmp_path / "progress", 20_000
    with notebook(ada, kernel) as hers, notebook(ada, kernel) as other:
        ident = hers.send(FLOOD.format(str(progress), lines, 2000))
        assert numbers(other.printed(ident)) == list(range(lines))
        told = hers.printed(ident)
    got, [missing] = numbers(told), messages_missing(told)
    assert got == sorted(set(got))
    assert got[-1] == lines - 1
    # A line may be more than one message.
    assert len(got) + missing >= lines
