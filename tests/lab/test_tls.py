"""A Lab before a gateway that speaks TLS, and a change of keys while its notebooks work."""

from pathlib import Path

import jwt
import pytest
from harness.gateway import GatewayProcess
from harness.issuer import Issuer
from harness.waiting import wait_until
from kubeyard_web.clock import Clock
from kubeyard_web.tokens.keys import SigningKeys

from .conftest import KERNEL, TLS, Edge
from .lab_process import LabProcess, Notebook

pytestmark = [pytest.mark.daemons, pytest.mark.parametrize("edge", [TLS], indirect=True)]
CELLS = 40


class RotatingIssuer(Issuer):
    """Signs with the web UI's own keys, which change under it."""

    def __init__(self, gateway: GatewayProcess) -> None:
        self.keys = SigningKeys(gateway.folder / "signing-keys", gateway.issuer.jwks_file, Clock())
        self.keys.ensure()

    def token(self, name: str, *roles: str, **other: object) -> str:
        current = self.keys.current()
        claims = self.claims(name, *roles, **other)
        assert current.private_key is not None
        return jwt.encode(claims, current.private_key, "RS256", {"kid": str(current.kid)})


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


def test_keys_that_change_under_load_lose_no_cell(edge: Edge) -> None:
    issuer = RotatingIssuer(edge.gateway)
    edge.exchange.issuer = issuer
    edge.exchange.lifetime_seconds = 2.0
    lab = edge.lab_of("ada")
    kernels = [start(lab, f"{name}.ipynb") for name in "abc"]
    notebooks = [lab.connect(kernel_id) for kernel_id in kernels]
    try:
        for notebook in notebooks:
            notebook.run("import time")
        sent = [[_cell(notebook, number) for notebook in notebooks] for number in range(CELLS)]
        for number, idents in enumerate(sent):
            if number % 8 == 4:
                issuer.keys.rotate()
            for notebook, ident in zip(notebooks, idents, strict=True):
                assert notebook.printed(ident) == f"{number}\n"
    finally:
        for notebook in notebooks:
            notebook.__exit__()
    assert len(issuer.keys.public_set()["keys"]) == 1 + CELLS // 8
    # Tokens of more than one key were in use, and connections were made anew with each.
    assert edge.gateway.log.read_text().count("websocket_expired") >= 2 * len(notebooks)
    edge.gateway.issuer = issuer
    listed = edge.gateway.client("ada").kernel_ids()
    assert sorted(listed) == sorted(kernels)


def _cell(notebook: Notebook, number: int) -> str:
    return notebook.send(f"time.sleep(0.15); print({number})")
