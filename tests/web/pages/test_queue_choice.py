"""The queue that the form of a new environment begins with: the platform's own, where the cluster has it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from harness.environment_form import FORM
from harness.site import Site, queue
from kubeyard_api.storage.snapshots import write_snapshot
from kubeyard_client.messages.cluster import QueueList


@pytest.fixture
def site_of_research(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The platform's own queue is `research`."""
    settings = site.parts.settings.model_copy(update={"api_default_queue": "research"})
    site.stop_api()
    monkeypatch.setattr(site, "parts", replace(site.parts, settings=settings))
    site.start_api()
    yield site
    # The next test starts it with what it had.
    site.stop_api()


def show_queues(site: Site, *names: str) -> None:
    """Let the poller have seen these queues, and no others."""
    with site.parts.database.writing() as session:
        found = QueueList(queues=tuple(queue(name, 50.0, 4096, 0) for name in names))
        write_snapshot(session, "queues", found)


def offered(page: str) -> tuple[str, Sequence[str]]:
    """Return the chosen queue and all that the form offers."""
    options = BeautifulSoup(page, "html.parser").select("#queue option")
    chosen = [str(option["value"]) for option in options if option.has_attr("selected")]
    return chosen[0], [option.get_text() for option in options]


def test_form_begins_with_the_platforms_own_queue(site_of_research: Site) -> None:
    show_queues(site_of_research, "default", "research")
    page = site_of_research.visitor("ada").get("/environments/new").text
    assert offered(page) == ("research", ["default", "research"])


def test_form_begins_with_a_queue_that_is_there_where_the_own_one_is_not(site_of_research: Site) -> None:
    show_queues(site_of_research, "default", "express")
    page = site_of_research.visitor("ada").get("/environments/new").text
    assert offered(page) == ("default", ["default", "express"])


def test_what_was_chosen_stays_when_something_else_is_wrong(site_of_research: Site) -> None:
    show_queues(site_of_research, "default", "research")
    answer = site_of_research.visitor("ada").post(
        "/environments/new", FORM | {"queue": "default", "executors": "-1"}
    )
    assert answer.status_code == 422
    assert offered(answer.text)[0] == "default"


def test_queue_is_left_to_the_platform_where_nothing_is_known_of_it(site: Site) -> None:
    ada = site.visitor("ada")
    site.stop_api()
    assert offered(ada.get("/environments/new").text) == ("", ["As the platform does"])
    site.start_api()
    assert ada.post("/environments/new", FORM | {"queue": ""}).status_code == 303
    assert "<dt>Queue</dt><dd>interactive</dd>" in ada.get("/environments/ada/churn").text
