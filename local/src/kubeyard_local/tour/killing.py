"""Step 5 of the tour: kill the application in the web UI, and go on in the notebook."""

import time

from kubeyard_local.tour.browser import OpenPage
from kubeyard_local.tour.itinerary import expect
from kubeyard_local.tour.page import Page
from kubeyard_local.tour.trip import Trip, Visitor
from kubeyard_local.tour.using_notebook import connect, row_of

_KILLED_WITHIN_SECONDS = 30
_DEAD_WITHIN_SECONDS = 30


def kill(trip: Trip, killer: Visitor, application_id: str, page: OpenPage) -> None:
    """Confirm the kill in the dialog's form, and see the open page change by itself."""
    title = f"{killer.name} kills {application_id} in the web UI"
    with trip.itinerary.step(title, trip.look("api", "resourcemanager")):
        browser = killer.browser
        answer = browser.send(
            browser.page(f"/applications/kill?id={application_id}").form("/applications/kill")
        )
        said = Page(answer.text).text
        expect(answer.ok and "is being killed" in said, f"it was not killed: {said[:300]}")
        took = page.shows(
            "/applications/list",
            lambda shown: "Killed" in row_of(shown, application_id),
            _KILLED_WITHIN_SECONDS,
        )
        trip.itinerary.note(f"the page says Killed after {took:.1f} s")


def see_the_kernel_dead(trip: Trip) -> None:
    """The Lab tells the open notebook that its kernel is dead."""
    guest = trip.guest
    with trip.itinerary.step("JupyterLab shows the kernel as dead", trip.look("gateway", "hub")):
        began = time.monotonic()
        while not _is_dead(guest):
            expect(time.monotonic() - began < _DEAD_WITHIN_SECONDS, "it still shows the kernel as alive")
        trip.itinerary.note(f"dead after {time.monotonic() - began:.1f} s")
        guest.open_channel.close()


def restart(trip: Trip) -> None:
    """Restart the kernel from the Lab: a new application, with nothing in it."""
    guest = trip.guest
    with trip.itinerary.step("Guest restarts the kernel from JupyterLab", trip.look("gateway")):
        guest.notebook = guest.open_lab.replace_dead_kernel(
            guest.open_notebook, trip.notebook, trip.kernelspec
        )
        connect(trip, guest)
        output = guest.run("print('humanize' in globals(), spark.sparkContext.applicationId)", trip)
        is_known, _, application_id = output.strip().splitlines()[-1].partition(" ")
        expect(is_known == "False", "the restarted kernel is not empty")
        expect(
            application_id not in ("", guest.application_id), "the restarted kernel has no new application"
        )
        guest.application_id = application_id


def _is_dead(guest: Visitor) -> bool:
    return (
        guest.open_channel.hears_of_death(0.5)
        or guest.open_lab.kernel_state(guest.open_notebook.kernel_id) == "dead"
    )
