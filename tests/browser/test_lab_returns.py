"""A Lab that ends and comes back under an open page."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.free_address import free_address
from harness.gateway import GatewayProcess
from harness.launched_kernels import launching_gateway
from harness.scripted_server import ScriptedServer
from harness.scripted_yarn import SPEC
from harness.silence import Silence
from lab.lab_process import LabProcess
from lab.token_exchange import TokenExchange
from playwright.sync_api import Browser, expect

from .opening import lab_without_hub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def started(folder: Path, settings: dict[str, str]) -> GatewayProcess:
    specs = folder / "kernelspecs"
    specs.mkdir()
    own = {"KUBEYARD_KERNELSPECS_DIR": str(specs), "KUBEYARD_GATEWAY_RESPONSE": free_address()}
    gateway = GatewayProcess(folder, free_address(), own | settings)
    gateway.start()
    return gateway


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[LabProcess]:
    """Ada's Lab, whose pages can be reached into."""
    with (
        launching_gateway(lambda **settings: started(tmp_path, settings), tmp_path) as (gateway, _yarn),
        ScriptedServer(TokenExchange(gateway)) as server,
    ):
        lab = LabProcess(tmp_path / "lab", gateway.url, server.url, "hub-token-of-ada")
        settings = lab.home / ".jupyter" / "labconfig" / "page_config.json"
        settings.parent.mkdir(parents=True)
        settings.write_text(json.dumps({"exposeAppInBrowser": True}))
        lab.start()
        yield lab
        lab.kill()


def test_an_open_notebook_is_back_although_jupyterlab_has_given_it_up(
    chromium: Browser, lab: LabProcess
) -> None:
    with lab_without_hub(chromium, lab) as page:
        tab = page.page
        page.choose_kernel(SPEC.display_name)
        expect(page.run("kept = 41; print('begun')")).to_contain_text("begun", timeout=30_000)
        # Its seven tries last for minutes; here it has made them.
        tab.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel._reconnectAttempt = 7")
        lab.stop()
        expect(tab.locator("#jp-main-statusbar")).to_contain_text("Disconnected", timeout=30_000)
        lab.start()
        expect(tab.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=60_000)
        expect(page.run("print(kept + 1)")).to_contain_text("42", timeout=30_000)


def test_an_open_notebook_is_back_although_another_connection_of_its_page_hangs(
    chromium: Browser, lab: LabProcess
) -> None:
    """A pod that is gone answers nothing, and a browser dials one WebSocket of a server after the other."""
    with lab_without_hub(chromium, lab) as page:
        page.choose_kernel(SPEC.display_name)
        expect(page.run("kept = 41; print('begun')")).to_contain_text("begun", timeout=30_000)
        lab.stop()
        with Silence(int(lab.url.rpartition(":")[2]), "/api/events/subscribe") as silence:
            assert silence.asked.wait(60)
        try:
            lab.start()
            expect(page.run("print(kept + 1)")).to_contain_text("42", timeout=60_000)
        finally:
            silence.end()
