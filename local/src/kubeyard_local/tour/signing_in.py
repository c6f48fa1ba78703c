"""Step 2 of the tour: log in at the web UI and see the cluster."""

import re

from kubeyard_local.tour.itinerary import expect
from kubeyard_local.tour.page import Page
from kubeyard_local.tour.trip import Trip, Visitor

_AMOUNT = re.compile(r"[\d.,]+ of [\d.,]+ (?:[KMGT]iB|cores)")


def log_in(trip: Trip, visitor: Visitor) -> None:
    """Be sent to the login page, and log in with its form."""
    with trip.itinerary.step(f"{visitor.name} logs in at {visitor.browser.web_url}", trip.look("web")):
        form = visitor.browser.page("/").form("/login")
        answer = visitor.browser.send(form, username=visitor.name, password=visitor.password)
        page = Page(answer.text)
        expect(
            answer.ok and page.root.first("a", class_="lab-button"), f"no Overview, but: {page.text[:300]}"
        )
        trip.tidying.later(f"log {visitor.name} out", lambda: log_out(visitor))


def log_out(visitor: Visitor) -> None:
    """Log out with the form of the user's menu."""
    visitor.browser.send(visitor.browser.page("/").form("/logout"))


def see_the_cluster(trip: Trip) -> None:
    """Read memory, cores and queues off Overview."""
    with trip.itinerary.step("Overview shows the cluster", trip.look("api", "resourcemanager")):
        text = trip.guest.browser.page("/").text
        amounts = _AMOUNT.findall(text)
        expect(len(amounts) >= 2, f"Overview tells no memory and cores in use: {text[:400]}")
        expect("interactive" in text, "Overview lists no queue `interactive`")
        trip.itinerary.note("in use: " + ", ".join(amounts[:2]))
