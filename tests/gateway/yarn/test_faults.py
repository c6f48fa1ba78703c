"""Rounds of faults by chance while two people work: no kernel lost, nothing left over, nobody's output shown
to another.

Each round is drawn from the seed and its own number, so that one alone can be played again. A round that went
well is noted in KUBEYARD_TEST_FAULT_NOTES (build/faults.txt) and not played again by the long run:

    KUBEYARD_TEST_FAULT_ROUNDS=100 bash tests/run.sh tests/gateway/yarn/test_faults.py -m long
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
import requests
from harness.faults import ALL, QUICK, Fault, World
from harness.gateway import Gateways
from harness.notebook_person import LINES, KernelGone, Person
from harness.platform import Platform
from harness.relay import Relay
from harness.scripted_server import ScriptedServer
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway, tag_of
from kubeyard_yarn.applications import ACTIVE_STATES
from kubeyard_yarn.errors import YarnError
from lab.lab_process import LabProcess
from lab.token_exchange import TokenExchange

SEED = os.environ.get("KUBEYARD_TEST_FAULT_SEED", "21")
ROUNDS = int(os.environ.get("KUBEYARD_TEST_FAULT_ROUNDS", "12"))
NOTES = Path(os.environ.get("KUBEYARD_TEST_FAULT_NOTES", "build/faults.txt"))
# With this seed each kind of fault but the slow ones of YARN's daemons is among them, a killed kernel too.
SHORT_ROUNDS = 4
SECONDS_A_ROUND = 150
LEFT_SECONDS = 120

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(600 + SECONDS_A_ROUND * ROUNDS)]


@pytest.fixture
def world(
    yarn: YarnGateway, start_own: Gateways, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[World]:
    """Ada and bob at work, with every way between them, the gateway and YARN through relays."""
    booted = "KUBEYARD_TEST_RM_URL" not in os.environ
    platform: Platform | None = request.getfixturevalue("platform") if booted else None
    manager = yarn.process.environment["KUBEYARD_RM_URLS"].removeprefix("http://").split(":")
    with ExitStack() as stack:
        way_to_yarn = stack.enter_context(Relay(lambda: (manager[0], int(manager[1]))))
        gateway = start_own(KUBEYARD_GATEWAY_SPARES="0", KUBEYARD_RM_URLS=f"http://{way_to_yarn.address}")
        exchange = stack.enter_context(ScriptedServer(TokenExchange(gateway)))
        board = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp")))
        board.chmod(0o777)
        here = gateway.url.removeprefix("http://").split(":")
        people = []
        for name in ("ada", "bob"):
            way = stack.enter_context(Relay(lambda: (here[0], int(here[1]))))
            lab = LabProcess(tmp_path / name, f"http://{way.address}", exchange.url, f"hub-token-of-{name}")
            lab.start()
            stack.callback(lab.stop)
            person = Person(name, lab, way, gateway, board)
            stack.callback(person.close)
            person.open_kernel(yarn.spec.name)
            people.append(person)
        yield World(platform, gateway, way_to_yarn, people, yarn.spec.name, set(), ExitStack())


def draw(number: int, faults: tuple[Fault, ...]) -> tuple[list[Fault], Random]:
    """What happens in this round, and the chance that decides the rest of it."""
    chance = Random(f"{SEED} {number}")
    return chance.sample(faults, chance.choice((1, 1, 2))), chance


def play(world: World, yarn: YarnGateway, number: int, faults: tuple[Fault, ...]) -> str:
    """Play a round, and return what happened and how long it took."""
    struck, chance = draw(number, faults)
    begin = time.monotonic()
    for person in world.people:
        person.begin(number)
    for person in world.people:
        person.read_until(f"{person.name} {number} {chance.randrange(8)}\n")
    with world.repairs:
        for fault in struck:
            fault(world, chance)
            try_each_others_kernels(world)
        for person in world.people:
            wait_until(person.has_printed, f"{person.name}'s cell has ended", LEFT_SECONDS)
    for person in world.people:
        account_for(world, yarn, person, number)
    nothing_is_left_over(world, yarn)
    names = " and ".join(fault.__name__ for fault in struck)
    return f"round {number}: {names}, {time.monotonic() - begin:.1f} s"


def try_each_others_kernels(world: World) -> None:
    """Each reaches for the other's kernel; a gateway that is away answers nothing, which is as good."""
    for person, other in (world.people, world.people[::-1]):
        client = world.gateway.client(person.name)
        for method, address in (("GET", ""), ("POST", "/interrupt"), ("POST", "/restart"), ("DELETE", "")):
            try:
                answer = client.send(method, f"/api/kernels/{other.kernel_id}{address}", timeout_seconds=20)
            except requests.RequestException:
                continue
            assert answer.status_code == 404, f"{method} {address}: {answer.status_code}"


def account_for(world: World, yarn: YarnGateway, person: Person, number: int) -> None:
    """Nothing of the round is missing, or the kernel was ended and the notebook says so."""
    try:
        lines = person.read_to_the_end().splitlines()
        assert lines == [f"{person.name} {number} {line}" for line in range(LINES)]
        person.send("print(kept)")
        assert person.read_to_the_end() == f"{number}\n"
    except KernelGone:
        assert person.name in world.killed, f"{person.name}'s kernel is gone, and nobody ended it"
    if person.name in world.killed:
        assert "variables are lost" in person.until_told_dead()
        world.killed.discard(person.name)
        wait_until(lambda: has_node(yarn), "YARN has its node", LEFT_SECONDS, 0.5)
        person.open_kernel(yarn.spec.name)


def has_node(yarn: YarnGateway) -> bool:
    try:
        return bool(yarn.resource_manager.metrics().nodes_active)
    except YarnError:
        return False


def nothing_is_left_over(world: World, yarn: YarnGateway) -> None:
    """YARN runs what the two have, and nothing else of this gateway's."""
    kernels = {f"kernel:{person.kernel_id}" for person in world.people}

    def running() -> set[str]:
        try:
            found = yarn.resource_manager.applications(ACTIVE_STATES, tags=[tag_of(world.gateway)])
        except YarnError:
            return set()
        return {tag for application in found for tag in application.tags if tag.startswith("kernel:")}

    wait_until(lambda: running() == kernels, "YARN runs the two kernels and nothing else", LEFT_SECONDS, 0.5)
    everybodys = set(world.gateway.client("admin", "user", "admin").kernel_ids())
    assert {f"kernel:{kernel_id}" for kernel_id in everybodys} == kernels


def test_a_few_rounds_of_faults(world: World, yarn: YarnGateway) -> None:
    for number in range(SHORT_ROUNDS):
        sys.stdout.write(play(world, yarn, number, QUICK) + "\n")


@pytest.mark.long
def test_many_rounds_of_faults(world: World, yarn: YarnGateway) -> None:
    NOTES.parent.mkdir(exist_ok=True)
    NOTES.touch()
    played = {line.split(":")[0] for line in NOTES.read_text().splitlines()}
    faults = ALL if world.platform is not None else QUICK
    for number in range(ROUNDS):
        if f"seed {SEED} round {number}" not in played:
            told = play(world, yarn, number, faults)
            with NOTES.open("a") as notes:
                notes.write(f"seed {SEED} {told}\n")
