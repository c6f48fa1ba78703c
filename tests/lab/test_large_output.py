"""Much output through the Lab: whole, or cut with a line that says so, and nobody else's matter."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.flood import FLOOD, MB, forget_most_memory, messages_missing, most_memory, numbers, until_still
from harness.gateway import GatewayProcess
from harness.scripted_server import ScriptedServer
from harness.scripted_yarn import SPEC
from harness.waiting import wait_until

from .lab_process import LabProcess
from .token_exchange import TokenExchange

pytestmark = pytest.mark.daemons
LabOf = Callable[[str], LabProcess]
# 200 MB together.
LINES, LENGTH = 10_000, 20_000


@pytest.fixture
def lab_of(gateway: GatewayProcess, tmp_path: Path) -> Iterator[LabOf]:
    """Start a person's Lab."""
    labs: list[LabProcess] = []

    def start(name: str) -> LabProcess:
        labs.append(LabProcess(tmp_path / f"lab-of-{name}", gateway.url, server.url, f"hub-token-of-{name}"))
        labs[-1].start()
        return labs[-1]

    with ScriptedServer(TokenExchange(gateway)) as server:
        yield start
        for lab in labs:
            lab.stop()


def kernel_of(lab: LabProcess, path: str = "a.ipynb") -> str:
    return str(lab.open_notebook(path, SPEC.name)["kernel"]["id"])


def test_one_print_of_200_mb_arrives_whole_and_holds_up_nobody(lab_of: LabOf) -> None:
    ada, bob = lab_of("ada"), lab_of("bob")
    with (
        ada.connect(kernel_of(ada)) as hers,
        ada.connect(kernel_of(ada, "b.ipynb")) as her_other,
        bob.connect(kernel_of(bob)) as his,
    ):
        for notebook in (hers, her_other, his):
            notebook.run("x = 0")
        ident = hers.send(f"print('\\n'.join(f'{{i:07}}' + 'x' * {MB - 8} for i in range(200)))")
        first = hers.printed(ident, until="0000000")
        # She reads on only when both have done this.
        for number in range(10):
            assert [each.run(f"print({number})") for each in (her_other, his)] == [f"{number}\n"] * 2
        lines = (first + hers.printed(ident)).splitlines()
    assert [int(line[:7]) for line in lines] == list(range(200))
    assert {len(line) for line in lines} == {MB - 1}


def test_a_browser_that_does_not_read_costs_its_lab_little_and_loses_nothing_in_silence(
    lab_of: LabOf, tmp_path: Path
) -> None:
    progress, lab = tmp_path / "progress", lab_of("ada")
    with lab.connect(kernel_of(lab)) as hers:
        hers.run("x = 0")
        forget_most_memory(lab.pid)
        before = most_memory(lab.pid)
        ident = hers.send(FLOOD.format(str(progress), LINES, LENGTH))
        until_still(progress)
        assert int(progress.read_text()) < LINES - 1
        told = hers.printed(ident)
    got, missing = numbers(told), messages_missing(told)
    assert got == sorted(set(got))
    assert got[-1] == LINES - 1
    # On a slow machine the gateway may take her for asleep by now. A line may be more than one message.
    assert len(got) == LINES if not missing else len(got) + sum(missing) >= LINES
    assert most_memory(lab.pid) - before < 50


@pytest.mark.long
def test_a_browser_that_sleeps_holds_up_no_cell_for_long_and_is_told_what_it_misses(
    lab_of: LabOf, tmp_path: Path
) -> None:
    progress, lab = tmp_path / "progress", lab_of("ada")
    kernel_id = kernel_of(lab)
    with lab.connect(kernel_id) as hers, lab.connect(kernel_id) as other:
        for notebook in (hers, other):
            notebook.run("x = 0")
        forget_most_memory(lab.pid)
        before = most_memory(lab.pid)
        ident = hers.send(FLOOD.format(str(progress), LINES, LENGTH))
        assert numbers(other.printed(ident)) == list(range(LINES))
        told = hers.printed(ident)
    got, [missing] = numbers(told), messages_missing(told)
    assert got == sorted(set(got))
    assert got[-1] == LINES - 1
    assert len(got) + missing >= LINES
    assert most_memory(lab.pid) - before < 50


@pytest.mark.long
def test_a_browser_that_its_lab_gave_up_is_told_what_it_misses_when_it_is_back(
    lab_of: LabOf, tmp_path: Path
) -> None:
    progress, lab = tmp_path / "progress", lab_of("ada")
    kernel_id = kernel_of(lab)
    with lab.connect(kernel_id, "a-tab") as hers:
        hers.confirm(hers.send("x = 0"))
        ident = hers.send(FLOOD.format(str(progress), LINES, LENGTH))
        begun = hers.printed(ident, until="line 10 ")
        wait_until(lambda: "WebSocket ping timeout" in lab.log.read_text(), "the Lab gives it up", 200, 1)
    with lab.connect(kernel_id, "a-tab") as hers:
        told = hers.printed(ident)
    got, missing = set(numbers(begun + told)), messages_missing(told)
    assert numbers(told) == sorted(set(numbers(told)))
    assert max(got) == LINES - 1
    assert len(missing) == 1
    assert len(got) + missing[0] >= LINES
