"""The page of one build."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from harness.environment_form import FORM
from harness.site import Site
from harness.web_ui import Browser
from kubeyard_client.messages.environments import BuildError, BuildState, BuildStep, BuildStepName, StepState
from kubeyard_web.ending import EXTENSION as ENDING
from kubeyard_web.ending import Ending

BEGAN = datetime.now(UTC) - timedelta(seconds=90)
STEPS = (
    BuildStep(
        name=BuildStepName.VALIDATE,
        state=StepState.DONE,
        started_at=BEGAN,
        finished_at=BEGAN + timedelta(seconds=75),
    ),
    BuildStep(name=BuildStepName.SOLVE, state=StepState.RUNNING, started_at=BEGAN + timedelta(seconds=75)),
    BuildStep(name=BuildStepName.INSTALL),
)


@pytest.fixture
def ada(site: Site) -> Browser:
    """Ada's browser, who has asked for an environment."""
    browser = site.visitor("ada")
    assert browser.post("/environments/new", FORM).status_code == 303
    return browser


def build_page(browser: Browser) -> str:
    """The address of the build's page."""
    found = re.search(r'href="(/environments/ada/churn/builds/[0-9a-f]+)"', browser.get("/environments").text)
    assert found
    return found.group(1)


def test_a_build_that_waits_says_its_place(ada: Browser) -> None:
    page = ada.get(build_page(ada)).text

    assert "next in the queue" in page
    assert "Cancel build" in page
    assert "You may close this page" in page


def test_steps_show_their_time_and_the_log_so_far(site: Site, ada: Browser) -> None:
    address = build_page(ada)
    log = "resolving\nhumanize 4.9 <ok> ✓\n"
    site.write_log(site.work_on_build(STEPS), log)

    page = ada.get(address).text

    assert "1 min 15 s" in page
    assert "Choose versions that fit together" in page
    assert "step-running" in page
    assert "humanize 4.9 &lt;ok&gt;" in page
    # The page goes on from here by events: the offset is in bytes.
    assert f'data-offset="{len(log.encode())}"' in page
    assert 'data-is-live="true"' in page


def test_the_steps_come_alone_for_a_page_that_is_open(site: Site, ada: Browser) -> None:
    address = build_page(ada)
    site.work_on_build(STEPS)

    part = ada.get(f"{address}/steps", headers={"HX-Request": "true"}).text

    assert "step-running" in part
    assert "<html" not in part


def test_the_stream_goes_on_where_the_browser_was(site: Site, ada: Browser) -> None:
    address = build_page(ada)
    build_id = site.work_on_build(STEPS)
    site.write_log(build_id, "one\ntwo\nthree\n")
    site.end_build(build_id, BuildState.FAILED, BuildError(code="x", detail="It broke."))

    whole = ada.get(f"{address}/stream", headers={"Accept": "text/event-stream"}).text
    rest = ada.get(f"{address}/stream", headers={"Last-Event-ID": "8"}).text

    assert re.findall(r"data: (one|two|three)", whole) == ["one", "two", "three"]
    assert re.findall(r"data: (one|two|three)", rest) == ["three"]
    assert "event: end" in rest


def test_the_log_can_be_downloaded(site: Site, ada: Browser) -> None:
    address = build_page(ada)
    site.write_log(site.work_on_build(STEPS), "one\ntwo\n")

    answer = ada.get(f"{address}/log")

    assert answer.text == "one\ntwo\n"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_failure_stands_on_top_with_what_to_do(site: Site, ada: Browser) -> None:
    address = build_page(ada)
    reason = "There is no pip package called 'humanise'. Check the spelling."
    site.end_build(
        site.work_on_build(STEPS), BuildState.FAILED, BuildError(code="no-such-package", detail=reason)
    )

    page = ada.get(address).text

    assert page.index("There is no pip package called") < page.index("Choose versions")
    assert "Edit and retry" in page
    assert 'action="/environments/ada/churn/build"' in page
    assert 'data-is-live="false"' in page


def test_a_failed_build_can_be_tried_again(site: Site, ada: Browser) -> None:
    address = build_page(ada)
    site.end_build(site.work_on_build(STEPS), BuildState.FAILED, BuildError(code="x", detail="It broke."))

    answer = ada.post("/environments/ada/churn/build", {}, page=address)

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/environments/ada/churn/builds/")
    assert answer.headers["Location"] != address


def test_cancelling_ends_it(ada: Browser) -> None:
    address = build_page(ada)

    answer = ada.post(f"{address}/cancel", {}, page=address)

    assert answer.headers["Location"] == address
    page = ada.get(address).text
    assert "Cancelled" in page
    assert "Cancel build" not in page


def test_success_says_what_to_do_next(site: Site, ada: Browser) -> None:
    address = build_page(ada)
    site.end_build(site.work_on_build(STEPS), BuildState.SUCCEEDED)

    page = ada.get(address).text

    assert "The kernel is ready" in page
    assert 'href="/lab"' in page


def test_somebody_elses_build_is_not_there(site: Site, ada: Browser) -> None:
    address = build_page(ada)
    site.write_log(site.work_on_build(STEPS), "secret\n")
    eve = site.visitor("eve")

    for path in ("", "/steps", "/log"):
        answer = eve.get(address + path)
        assert answer.status_code == 404
        assert "secret" not in answer.text
    assert "secret" not in eve.get(f"{address}/stream").text
    assert eve.post(f"{address}/cancel", {}, page="/account/password").status_code != 200
    assert "Cancelled" not in ada.get(address).text


@pytest.mark.slow
def test_the_stream_of_a_running_build_ends_with_the_server(
    site: Site, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = build_page(ada)
    site.work_on_build(STEPS)
    process = Ending()
    monkeypatch.setitem(site.web.app.extensions, ENDING, process)
    chunks = ada.get(f"{address}/stream", stream=True).iter_content(None)
    assert next(chunks).startswith(b": from 0")
    process.begin()
    assert b"event: end" not in b"".join(chunks)
