"""Step 3 of the tour: make a kernel with a package, and watch its build."""

from urllib.parse import urljoin, urlsplit

import requests

from kubeyard_local.tour.event_stream import follow
from kubeyard_local.tour.itinerary import UnexpectedError, expect
from kubeyard_local.tour.page import Page
from kubeyard_local.tour.trip import Trip
from kubeyard_local.tour.worker_watch import WorkerWatch

PACKAGE = "humanize"
_BUILD_SECONDS = 900
_SMALLEST = {
    "driver_memory_mb": "512",
    "executor_memory_mb": "512",
    "executors": "1",
    "executor_cores": "1",
    "queue": "interactive",
}


def make_a_kernel(trip: Trip) -> None:
    """Fill in the form, follow the log until the build has ended, and see that the kernel is ready."""
    title = f"Guest makes the kernel {trip.environment} with pip's {PACKAGE}, and follows its build"
    with trip.itinerary.step(title, trip.look("worker", "api")):
        page = _ask_for_it(trip)
        _follow(trip, page)
        facts = trip.guest.browser.fragment(f"{_address(trip)}/facts").text
        expect("Ready" in facts, f"the build did not succeed: {facts[:600]}")


def _address(trip: Trip) -> str:
    return f"/environments/{trip.guest.canonical_name}/{trip.environment}"


def _ask_for_it(trip: Trip) -> requests.Response:
    browser = trip.guest.browser
    form = browser.page("/environments/new").form("/environments/new")
    trip.tidying.later(f"delete the environment {trip.environment}", lambda: _delete(trip))
    answer = browser.send(form, name=trip.environment, pip=PACKAGE, **_SMALLEST)
    if "/builds/" not in urlsplit(answer.url).path:
        wrong = [found.text for found in Page(answer.text).root.all(class_="form-error")]
        raise UnexpectedError(f"the form was refused: {'; '.join(wrong) or Page(answer.text).text[:300]}")
    return answer


def _follow(trip: Trip, answer: requests.Response) -> None:
    """Print the log as it grows, as the open page does."""
    log = next((found for found in Page(answer.text).root.all() if "data-log" in found.attributes), None)
    if log is None:
        raise UnexpectedError("the build's page shows no log")
    for shown in log.all("pre"):
        trip.itinerary.note(shown.lines)
    address = urljoin(answer.url, f"{log.attributes['data-stream']}?offset={log.attributes['data-offset']}")
    worker = WorkerWatch(trip.worker_patience_seconds)
    for event in follow(address, trip.guest.browser.session.cookies, _BUILD_SECONDS):
        if event and event.name == "end":
            return
        if event and event.name == "message":
            trip.itinerary.note(event.data)
        if event and event.name == "step":
            worker.hear(event.data)
        worker.check()


def _delete(trip: Trip) -> None:
    browser = trip.guest.browser
    if browser.status_of(_address(trip)) == requests.codes.not_found:
        return
    answer = browser.send(browser.page(f"{_address(trip)}/delete").form("/delete"))
    expect(answer.ok, f"it was not deleted: {Page(answer.text).text[:300]}")
