"""Keys that change while tokens end, under people who work: nobody is refused and no cell is lost."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import jwt
import pytest
from harness.gateway import GatewayProcess
from harness.scripted_server import ScriptedServer
from harness.scripted_yarn import SPEC

from .lab_process import LabProcess, Notebook
from .rotating_issuer import RotatingIssuer
from .token_exchange import TokenExchange

STRICT = {"KUBEYARD_GATEWAY_WEBSOCKET_GRACE_SECONDS": "0"}
pytestmark = [pytest.mark.daemons, pytest.mark.parametrize("gateway", [STRICT], indirect=True)]
PEOPLE = ("ada", "bob")
TOKEN_SECONDS = 3.0
CELLS = 60
CELLS_A_KEY = 10


@dataclass(frozen=True)
class Desk:
    """A person's notebook and the numbered cells that it has been sent, all at once."""

    kernel_id: str
    notebook: Notebook
    cells: list[str]


@pytest.fixture
def issuer(gateway: GatewayProcess) -> RotatingIssuer:
    return RotatingIssuer(gateway)


@pytest.fixture
def desks(gateway: GatewayProcess, issuer: RotatingIssuer, tmp_path: Path) -> Iterator[list[Desk]]:
    """Each person at a notebook of his own, by tokens of three seconds."""
    exchange = TokenExchange(gateway)
    exchange.issuer, exchange.lifetime_seconds = issuer, TOKEN_SECONDS
    with ExitStack() as stack:
        server = stack.enter_context(ScriptedServer(exchange))
        labs = [
            LabProcess(tmp_path / f"lab-{name}", gateway.url, server.url, f"hub-token-of-{name}")
            for name in PEOPLE
        ]
        for lab in labs:
            lab.start()
            stack.callback(lab.stop)
        found = [at_work(lab) for lab in labs]
        for desk in found:
            stack.enter_context(desk.notebook)
        yield found


def at_work(lab: LabProcess) -> Desk:
    kernel_id = str(lab.open_notebook("a.ipynb", SPEC.name)["kernel"]["id"])
    notebook = lab.connect(kernel_id)
    notebook.run("import time; runs = []")
    cells = [f"runs.append({number}); time.sleep(0.15); print({number})" for number in range(CELLS)]
    return Desk(kernel_id, notebook, [notebook.send(cell) for cell in cells])


def asked_until(ended: threading.Event, gateway: GatewayProcess, issuer: RotatingIssuer) -> set[int]:
    """Ask the gateway with a fresh token each time; return the answers that there were."""
    answers = set()
    while not ended.wait(0.02):
        client = gateway.client_with(issuer.token("ada"))
        answers.add(client.send("GET", "/api/kernels").status_code)
    return answers


def test_keys_that_change_while_tokens_end_lose_no_cell_and_refuse_nobody(
    gateway: GatewayProcess, issuer: RotatingIssuer, desks: list[Desk]
) -> None:
    ended = threading.Event()
    with ThreadPoolExecutor(1) as others:
        asking = others.submit(asked_until, ended, gateway, issuer)
        try:
            for number in range(CELLS):
                if number % CELLS_A_KEY == CELLS_A_KEY // 2:
                    issuer.keys.rotate()
                printed = [desk.notebook.printed(desk.cells[number]) for desk in desks]
                assert printed == [f"{number}\n"] * len(desks)
        finally:
            ended.set()
        assert asking.result() == {200}
    assert [desk.notebook.run("print(runs == list(range(60)))") for desk in desks] == ["True\n"] * len(desks)
    # Tokens of several keys were in use, and each connection was made anew more than once.
    assert len(issuer.keys.public_set()["keys"]) == 1 + CELLS // CELLS_A_KEY
    log = gateway.log.read_text()
    for desk in desks:
        ends = [line for line in log.splitlines() if "websocket_expired" in line and desk.kernel_id in line]
        assert len(ends) >= 2


def withdraw(issuer: RotatingIssuer, token: str) -> None:
    """Take the key that signed `token` out of the public set."""
    key_id = jwt.get_unverified_header(token)["kid"]
    kept = [key for key in issuer.keys.public_set()["keys"] if key["kid"] != key_id]
    draft = issuer.jwks_file.with_suffix(".new")
    draft.write_text(json.dumps({"keys": kept}))
    draft.replace(issuer.jwks_file)


def test_a_key_that_was_withdrawn_closes_the_door_to_its_tokens_alone(
    gateway: GatewayProcess, issuer: RotatingIssuer, desks: list[Desk]
) -> None:
    old = issuer.token("ada")
    ada = gateway.client_with(old)
    assert ada.kernel_ids() == [desks[0].kernel_id]
    issuer.keys.rotate()
    assert ada.kernel_ids() == [desks[0].kernel_id]
    withdraw(issuer, old)
    assert ada.send("GET", "/api/kernels").status_code == 401
    # The Labs have new tokens within seconds, and what they sent meanwhile comes after all.
    for number in range(CELLS):
        assert [desk.notebook.printed(desk.cells[number]) for desk in desks] == [f"{number}\n"] * len(desks)
