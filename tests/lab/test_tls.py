"""A Lab before a gateway that speaks TLS, and a change of keys while its notebooks work."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness.waiting import wait_until

from .conftest import KERNEL, TLS, Edge
from .lab_process import LabProcess
from .rotating_issuer import RotatingIssuer

pytestmark = [pytest.mark.daemons, pytest.mark.parametrize("edge", [TLS], indirect=True)]
CELLS = 60


def start(lab: LabProcess, path: str = "a.ipynb") -> str:
    return str(lab.open_notebook(path, KERNEL)["kernel"]["id"])


def test_a_notebook_works_over_tls(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    with lab.connect(start(lab)) as notebook:
        assert notebook.run("print(6 * 7)") == "42\n"


def test_the_person_is_announced_over_tls_too(edge: Edge) -> None:
    edge.lab_of("ada")
    wait_until(lambda: '"path": "/api/spares"' in edge.gateway.log.read_text(), "the Lab has said hello")


def test_a_lab_sends_nothing_to_a_gateway_that_it_does_not_know(edge: Edge, tmp_path: Path) -> None:
    edge.gateway.ca_file, known = None, edge.gateway.ca_file
    lab = edge.lab_of("ada")
    answer = lab.send("GET", "/api/kernelspecs")
    assert answer.status_code >= 500
    edge.gateway.ca_file = known
    assert '"user": "ada"' not in edge.gateway.log.read_text()


def asked_again_and_again(edge: Edge, issuer: RotatingIssuer, ended: threading.Event) -> list[int]:
    """Ask the gateway with a fresh token each time until the end; return what it answered."""
    answers = []
    while not ended.is_set():
        client = edge.gateway.client_with(issuer.token("ada"))
        answers.append(client.send("GET", "/api/kernels").status_code)
    return answers


def test_keys_that_change_under_load_lose_no_cell_and_refuse_nobody(edge: Edge) -> None:
    issuer, ended = RotatingIssuer(edge.gateway), threading.Event()
    edge.exchange.issuer = issuer
    lab = edge.lab_of("ada")
    kernel_id = start(lab)
    with ThreadPoolExecutor(1) as others, lab.connect(kernel_id) as notebook:
        notebook.run("import time")
        asking = others.submit(asked_again_and_again, edge, issuer, ended)
        try:
            sent = [notebook.send(f"time.sleep(0.1); print({number})") for number in range(CELLS)]
            for number, ident in enumerate(sent):
                if number % 10 == 5:
                    issuer.keys.rotate()
                assert notebook.printed(ident) == f"{number}\n"
        finally:
            ended.set()
        answers = asking.result()
    assert set(answers) == {200}
    assert len(issuer.keys.public_set()["keys"]) == 1 + CELLS // 10
    # The newest key opens a kernel's connection too.
    with edge.gateway.client_with(issuer.token("ada")).connect(kernel_id) as channel:
        assert channel.joined().run("40 + 2") == "42"
