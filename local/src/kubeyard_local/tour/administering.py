"""Step 6 of the tour: an administrator sees and may kill everybody's; a guest may not touch another's."""

import requests

from kubeyard_local.tour.browser import Browser
from kubeyard_local.tour.itinerary import expect
from kubeyard_local.tour.killing import kill
from kubeyard_local.tour.page import Form, Page
from kubeyard_local.tour.trip import Trip
from kubeyard_local.tour.using_notebook import row_of

PUBLIC_KERNEL = "kubeyard.spark"
_REFUSALS = (requests.codes.forbidden, requests.codes.not_found)


def see_and_kill_another_s(trip: Trip) -> None:
    """The administrator's list names Guest as the owner; he kills it."""
    application_id = trip.guest.application_id
    with trip.admin.browser.open_page("applications") as page:
        with trip.itinerary.step("Admin sees Guest's application, with its owner", trip.look("api", "web")):
            row = row_of(trip.admin.browser.page("/applications"), application_id)
            expect(trip.guest.canonical_name in row.split(), f"the row does not name the owner: {row!r}")
            trip.itinerary.note(row)
        kill(trip, trip.admin, application_id, page)


def learn_the_application(trip: Trip) -> None:
    """Run a cell in the administrator's notebook, for an application that is not Guest's."""
    with trip.itinerary.step("Admin runs a cell in a kernel of his own", trip.look("gateway")):
        output = trip.admin.run("print(spark.sparkContext.applicationId)", trip)
        trip.admin.application_id = output.strip().splitlines()[-1]


def be_refused(trip: Trip) -> None:
    """Guest tries to see, read the logs of, kill and stop what is the administrator's."""
    theirs, browser = trip.admin.application_id, trip.guest.browser
    with trip.itinerary.step(
        "Guest is refused on Admin's application and kernel", trip.look("api", "gateway")
    ):
        row = row_of(browser.page("/applications"), theirs)
        expect(not row, f"Guest's list shows it: {row}")
        _expect_no_logs(browser, theirs)
        _expect_no_kill(trip, browser, theirs)
        _expect_no_kernel(trip, browser)
        trip.itinerary.note("no row, no facts, no logs, no kill, no kernel")


def _expect_no_logs(browser: Browser, application_id: str) -> None:
    address = f"/applications/{application_id}"
    download = browser.status_of(f"{address}/log-file?file=stderr")
    expect(download in _REFUSALS, f"the log of another answers {download}")
    shown = browser.session.get(f"{browser.web_url}{address}/logs", timeout=30)
    expect(shown.status_code in _REFUSALS, f"the logs of another answer {shown.status_code}")
    marks = [found for found in Page(shown.text).root.all() if "data-log" in found.attributes]
    expect(not marks, "the page shows the log of another")
    facts = browser.session.get(f"{browser.web_url}{address}", timeout=30)
    expect(
        not facts.ok or "Owner" not in Page(facts.text).text, "the page tells facts of another's application"
    )


def _expect_no_kill(trip: Trip, browser: Browser, application_id: str) -> None:
    token = browser.page("/").form("/logout").fields["csrf_token"]
    form = Form("/applications/kill", "post", {"csrf_token": token, "id": application_id})
    answer = browser.send(form)
    said = Page(answer.text).text[:300]
    expect(answer.status_code in _REFUSALS, f"the kill of another's answers {answer.status_code}: {said}")
    row = row_of(trip.admin.browser.page("/applications"), application_id)
    expect("Running" in row, f"the application does not run on: {row}")


def _expect_no_kernel(trip: Trip, browser: Browser) -> None:
    kernel_id = trip.admin.open_notebook.kernel_id
    token = browser.page("/").form("/logout").fields["csrf_token"]
    answer = browser.send(Form(f"/kernels/{kernel_id}/stop", "post", {"csrf_token": token}))
    expect(answer.status_code in _REFUSALS, f"stopping another's kernel answers {answer.status_code}")
    state = trip.guest.open_lab.kernel_state(kernel_id)
    expect(state == "dead", f"Guest's JupyterLab knows another's kernel: {state}")
    alive = trip.admin.open_lab.kernel_state(kernel_id)
    expect(alive != "dead", "Admin's kernel is dead afterwards")
