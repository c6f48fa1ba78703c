"""Which notebook each kernel has, told to the gateway by the Lab, whatever either of them does meanwhile."""

import asyncio
import logging

import pytest
from harness.gateway import GatewayProcess
from harness.waiting import wait_until
from kubeyard_lab.notebooks import Notebooks
from tornado.web import HTTPError

from .conftest import KERNEL, Edge
from .lab_process import LabProcess

LOG = logging.getLogger("notebooks")
KERNELS = {"k-1", "k-2"}


class Told:
    """A gateway's end: all that it is told, and whether it refuses."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.status = 0

    async def __call__(self, kernel_id: str, path: str) -> None:
        self.said.append((kernel_id, path))
        # The Lab goes on meanwhile, as it does before a real gateway.
        await asyncio.sleep(0)
        if self.status:
            raise HTTPError(self.status)


async def look(notebooks: Notebooks, paths: dict[str, str], kernels: set[str] = KERNELS) -> None:
    """One look at the notebooks, and all that is told after it."""
    notebooks.are(paths, kernels)
    if notebooks.telling is not None:
        await notebooks.telling


def test_only_what_has_changed_is_told() -> None:
    told = Told()

    async def run() -> None:
        notebooks = Notebooks(told, LOG)
        for _ in range(2):
            await look(notebooks, {"k-1": "a.ipynb", "k-2": "b.ipynb"})
        await look(notebooks, {"k-1": "c.ipynb"})
        await look(notebooks, {"k-1": "c.ipynb"}, {"k-1"})

    asyncio.run(run())
    expected = [("k-1", "a.ipynb"), ("k-2", "b.ipynb"), ("k-1", "c.ipynb"), ("k-2", "")]
    assert told.said == expected


def test_what_changes_while_the_gateway_is_told_is_told_after_it() -> None:
    told = Told()

    async def run() -> None:
        notebooks = Notebooks(told, LOG)
        notebooks.are({"k-1": "a.ipynb"}, KERNELS)
        await asyncio.sleep(0)
        await look(notebooks, {"k-1": "b.ipynb"})

    asyncio.run(run())
    assert told.said == [("k-1", "a.ipynb"), ("k-1", "b.ipynb")]


@pytest.mark.parametrize(("status", "times"), [(503, 3), (599, 3), (401, 3), (404, 1), (400, 1), (403, 1)])
def test_gateway_that_was_away_is_told_at_the_next_look_and_a_refusal_stays(status: int, times: int) -> None:
    told = Told()
    told.status = status

    async def run() -> None:
        notebooks = Notebooks(told, LOG)
        for _ in range(3):
            await look(notebooks, {"k-1": "a.ipynb"})

    asyncio.run(run())
    assert told.said == [("k-1", "a.ipynb")] * times


def shown(gateway: GatewayProcess, name: str = "ada") -> dict[str, str]:
    """The gateway's list: paths by kernels' ids."""
    models = gateway.client(name).send("GET", "/api/kernels").json()
    return {model["id"]: model["kubeyard"]["notebook"] for model in models}


def is_shown(gateway: GatewayProcess, kernel_id: str, path: str) -> None:
    wait_until(lambda: shown(gateway).get(kernel_id) == path, f"the gateway knows {path or 'no notebook'}")


def patch(lab: LabProcess, session: str, **changes: object) -> None:
    answer = lab.send("PATCH", f"/api/sessions/{session}", changes)
    assert answer.status_code == 200, answer.text


@pytest.mark.daemons
def test_gateway_knows_a_notebook_and_follows_its_new_name_and_its_new_kernel(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    session = lab.open_notebook("work/a.ipynb", KERNEL)
    first = str(session["kernel"]["id"])
    is_shown(edge.gateway, first, "work/a.ipynb")
    patch(lab, session["id"], path="work/größer.ipynb")
    is_shown(edge.gateway, first, "work/größer.ipynb")
    second = str(lab.send("POST", "/api/kernels", {"name": KERNEL}).json()["id"])
    assert shown(edge.gateway)[second] == ""
    patch(lab, session["id"], kernel={"id": second})
    is_shown(edge.gateway, second, "work/größer.ipynb")


@pytest.mark.daemons
def test_console_is_no_notebook_and_leaves_the_kernel_to_its_own(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    body = {"path": "console-1", "name": "Console 1", "type": "console", "kernel": {"name": KERNEL}}
    alone = str(lab.send("POST", "/api/sessions", body).json()["kernel"]["id"])
    shared = str(lab.open_notebook("a.ipynb", KERNEL)["kernel"]["id"])
    assert lab.send("POST", "/api/sessions", body | {"kernel": {"id": shared}}).status_code == 201
    is_shown(edge.gateway, shared, "a.ipynb")
    assert shown(edge.gateway)[alone] == ""
