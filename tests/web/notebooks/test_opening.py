"""Opening JupyterLab by way of our page: a real Hub, whose starts wait, fail and succeed as a test says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from harness.jupyterhub import JupyterHub, running_jupyterhub
from harness.waiting import wait_until
from harness.web_ui import Browser, WebUi, running_web_ui

pytestmark = pytest.mark.slow
HUB_URL = "http://hub.example:8000"
SCHEDULED = {"reason": "Scheduled", "type": "Normal", "message": "Successfully assigned k/lab-ada to node7"}
NO_MEMORY = {
    "reason": "FailedScheduling",
    "type": "Warning",
    "message": "0/2 nodes are available: 2 Insufficient memory.",
}
SIZES = [
    {"slug": "small", "display_name": "Small", "kubespawner_override": {"mem_limit": "1G"}},
    {"slug": "large", "display_name": "Large", "description": "8 GB", "default": True},
]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterHub]:
    with running_jupyterhub(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture(scope="module")
def web(hub: JupyterHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebUi]:
    with running_web_ui(tmp_path_factory.mktemp("web"), **hub.told_to_web_ui(HUB_URL)) as running:
        for name in ("ada", "bob", "eve"):
            running.add_user(name)
        yield running


@pytest.fixture
def ada(web: WebUi, hub: JupyterHub) -> Iterator[Browser]:
    """Ada's browser; she has been at the Hub before, and no Lab of hers runs."""
    hub.know("ada")
    browser = web.browser_of("ada")
    yield browser
    for kind in ("events", "hold", "failure"):
        hub.script(kind, "ada")
    web.services.labs.stop("ada")
    wait_until(lambda: web.services.labs.state("ada") == "stopped", "the Lab of ada is gone", 30)


def heading(browser: Browser, path: str) -> str:
    found = BeautifulSoup(browser.get(path).text, "html.parser").find("h1")
    return found.get_text(strip=True) if found else ""


def events(browser: Browser, path: str = "/lab/progress") -> Iterator[tuple[str, str]]:
    """What the page is told of the start, as it is told."""
    with browser.http.get(browser.url + path, stream=True, timeout=30) as answer:
        kind, lines = "", []
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data:"):
                lines.append(line.removeprefix("data:").removeprefix(" "))
            elif not line and kind:
                yield kind, "\n".join(lines)
                kind, lines = "", []


def test_lab_starts_on_our_page_and_opens_when_it_is_ready(ada: Browser, hub: JupyterHub) -> None:
    hub.script("hold", "ada", "")
    asked = ada.get("/lab?next=/user/ada/lab/tree/x.ipynb")
    assert asked.status_code == 303
    status = asked.headers["Location"]
    assert heading(ada, status) == "Starting JupyterLab"
    assert "data-running-since" in ada.get(status).text

    told = events(ada, status.replace("/status", "/progress"))
    assert "JupyterLab was asked for" in next(told)[1]
    hub.script("events", "ada", [SCHEDULED])
    assert any("A place was found on the node node7" in part for _, part in told)
    hub.script("hold", "ada")

    assert list(told)[-1] == ("ready", f"{HUB_URL}/user/ada/lab/tree/x.ipynb")
    opened = ada.get("/lab")
    assert opened.headers["Location"] == f"{HUB_URL}/hub/user-redirect/lab"


def test_start_that_waits_says_for_what_and_can_be_given_up(ada: Browser, hub: JupyterHub) -> None:
    hub.script("hold", "ada", "")
    hub.script("events", "ada", [NO_MEMORY])
    ada.get("/lab")

    parts = (part for kind, part in events(ada) if kind == "step")
    waiting = next(part for part in parts if "Insufficient" in part)
    assert "No node has enough free memory for this." in waiting
    assert "choose a smaller size" in waiting

    given_up = ada.post("/lab/stop", {}, page="/lab/status")
    assert given_up.status_code == 303
    assert heading(ada, "/lab/status") in (
        "JupyterLab is not running",
        "JupyterLab did not start",
        "JupyterLab is stopping",
    )


def test_failed_start_says_why_after_a_reload_too_and_is_tried_again(ada: Browser, hub: JupyterHub) -> None:
    hub.script(
        "failure",
        "ada",
        'Forbidden: pods "lab-ada" is forbidden: exceeded quota: labs, requested: memory=2Gi',
    )
    ada.get("/lab")
    assert "The quota labs" in next(part for kind, part in events(ada) if kind == "failed")

    wait_until(lambda: heading(ada, "/lab/status") == "JupyterLab did not start", "the failure is shown")
    page = ada.get("/lab/status").text
    assert "The quota labs of this part of the cluster is used up." in page
    assert "exceeded quota: labs, requested: memory=2Gi" in page
    assert "Try again" in page

    hub.script("failure", "ada")
    ada.post("/lab", {}, page="/lab/status")
    assert [kind for kind, _ in events(ada)][-1] == "ready"


def test_looking_at_the_status_starts_nothing(ada: Browser, web: WebUi) -> None:
    assert heading(ada, "/lab/status") in ("JupyterLab is not running", "JupyterLab did not start")
    assert web.services.labs.state("ada") == "stopped"


def test_who_was_never_at_the_hub_goes_there_once(web: WebUi) -> None:
    eve = web.browser_of("eve")

    assert eve.get("/lab").headers["Location"] == f"{HUB_URL}/hub/spawn"
    back = eve.get("/lab?from-hub=1")
    assert back.headers["Location"] == "/lab/status"
    assert "The Hub does not know you." in eve.get("/lab/status").text


@pytest.mark.parametrize(
    "path",
    ["//evil.example/x", "https://evil.example", "/user/bob/lab", "/user/ada/../bob/lab", "/hub/admin"],
)
def test_nobody_is_led_elsewhere(ada: Browser, web: WebUi, path: str) -> None:
    with web.app.test_request_context("/"):
        ada.get("/lab")
        list(events(ada))
        assert (
            ada.get("/lab", params={"next": path}).headers["Location"] == f"{HUB_URL}/hub/user-redirect/lab"
        )


def test_size_is_chosen_before_the_start(hub: JupyterHub, tmp_path: Path) -> None:
    hub.know("bob")
    with running_web_ui(tmp_path / "web", **hub.told_to_web_ui(HUB_URL, SIZES)) as web:
        web.add_user("bob")
        bob = web.browser_of("bob")
        assert bob.get("/lab").headers["Location"] == "/lab/status"
        page = BeautifulSoup(bob.get("/lab/status").text, "html.parser")
        offered = [str(one["value"]) for one in page.select("input[name=profile]")]
        assert offered == ["large", "small"]
        assert page.select_one("input[value=large][checked]")
        assert "not offered any more" in bob.post("/lab", {"profile": "huge"}, page="/lab/status").text
        assert bob.post("/lab", {"profile": "small"}, page="/lab/status").status_code == 303
        assert [kind for kind, _ in events(bob)][-1] == "ready"
        web.services.labs.stop("bob")


def test_sizes_that_cannot_be_read_are_told_as_that(hub: JupyterHub, tmp_path: Path) -> None:
    for name in ("dora", "bob"):
        hub.know(name)
    sizes = tmp_path / "sizes.json"
    sizes.write_text("not of this kind")
    hub.script("hold", "dora", "")
    with running_web_ui(tmp_path, **hub.told_to_web_ui(HUB_URL) | {"lab_pods_file": sizes}) as web:
        web.add_user("dora", is_admin=True)
        web.add_user("bob")
        dora, labs = web.browser_of("dora"), web.services.labs
        for browser in (dora, web.browser_of("bob")):
            page = browser.get("/lab/status").text
            assert "The sizes to choose from cannot be read." in page
            assert "JupyterHub is out of reach" not in page
            assert ("sizes.json cannot be read" in page) is (browser is dora)

        labs.start("dora", "")  # as before the file was damaged
        assert heading(dora, "/lab/status") == "Starting JupyterLab"
        assert next(events(dora))[0] == "step"
        hub.script("failure", "dora", "Whatever: it was")
        hub.script("hold", "dora")
        assert list(events(dora))[-1] == ("over", "")
        wait_until(lambda: labs.state("dora") == "stopped", "the start has failed")
        assert heading(dora, "/lab/status") == "JupyterLab cannot be opened now"
        hub.script("failure", "dora")


def test_token_that_is_gone_or_another_is_told_to_administrators(hub: JupyterHub, tmp_path: Path) -> None:
    told = hub.told_to_web_ui(HUB_URL)
    own = tmp_path / "own-token"
    own.write_text("not-the-hubs")
    own.chmod(0o600)
    with running_web_ui(tmp_path, **told | {"web_hub_service_token_file": own}) as web:
        web.add_user("grace", is_admin=True)
        web.add_user("bob")
        grace, bob = web.browser_of("grace"), web.browser_of("bob")
        assert "must hold what the Hub" in grace.get("/lab").text
        for_bob = bob.get("/lab").text
        own.unlink()
        assert "own-token cannot be read (No such file or directory)" in grace.get("/lab").text
        for_bob += bob.get("/lab").text
        assert for_bob.count("JupyterHub is out of reach.") == 2
        for inner in ("What is wrong", "must hold what the Hub", "own-token"):
            assert inner not in for_bob


def test_hub_out_of_reach_is_told_and_running_labs_stay_open(tmp_path: Path) -> None:
    with running_web_ui(tmp_path, hub_url=HUB_URL) as web:
        web.add_user("ada", is_admin=True)
        web.add_user("bob")
        for_admin = web.browser_of("ada").get("/lab").text
        page = web.browser_of("bob").get("/lab").text
    assert "JupyterHub is out of reach." in page
    assert f'href="{HUB_URL}/hub/user-redirect/lab"' in page
    assert "What is wrong" not in page
    assert "KUBEYARD_WEB_HUB_SERVICE_TOKEN_FILE is not set" in for_admin
