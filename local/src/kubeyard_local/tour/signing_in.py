"""Step 2 of the tour: log in at the web UI and see the cluster."""

from kubeyard_local.tour.itinerary import UnexpectedError, expect
from kubeyard_local.tour.page import Page
from kubeyard_local.tour.trip import Trip, Visitor


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
        page = trip.guest.browser.page("/")
        amounts = [_amount(page, what) for what in ("Memory", "Cores")]
        expect(page.root.first(id="queues-title"), f"Overview shows no queues: {page.text[:400]}")
        expect("interactive" in page.text, "Overview lists no queue `interactive`")
        trip.itinerary.note("\n".join(amounts))


def _amount(page: Page, what: str) -> str:
    section = next(
        (found for found in page.root.all("section") if found.attributes.get("aria-label") == what), None
    )
    shown = section.first(class_="stat-value") if section else None
    if shown is None:
        raise UnexpectedError(f"Overview tells nothing of {what}: {page.text[:400]}")
    return f"{what}: {shown.text} in use"
