"""`bash deployment_local.sh tour`: steps 2 to 6 of the README, walked through and timed."""

import signal
import sys

from kubeyard_local import description
from kubeyard_local.problem import Problem
from kubeyard_local.settings import Settings
from kubeyard_local.tour import administering, killing, making_kernel, signing_in, using_notebook
from kubeyard_local.tour.browser import Browser
from kubeyard_local.tour.itinerary import Itinerary, StepFailedError
from kubeyard_local.tour.tidying import Tidying
from kubeyard_local.tour.trip import Trip, Visitor


def run(settings: Settings) -> int:
    """Walk, tidy up whatever happened, and say how it went; returns the exit code."""
    _check_demo(settings)
    # A shell's background job is born deaf to SIGINT, and whoever interrupts a tour wants it tidied up.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    trip = _trip(settings)
    failed = False
    try:
        _walk(trip)
    except StepFailedError as failure:
        failed = True
        print(f"\n{failure}", file=sys.stderr)
    finally:
        left = trip.tidying.tidy()
        for what in left:
            print(f"Left behind: {what}", file=sys.stderr)
    if failed or left:
        return 1
    print(f"\nAll of it worked, in {trip.itinerary.elapsed}. Nothing was left behind.")
    return 0


def _check_demo(settings: Settings) -> None:
    known = description.read(settings.layout.description)
    if known is None:
        raise Problem("Kubeyard is not running. Start it: bash deployment_local.sh")
    if not known.demo:
        raise Problem("The tour needs the demo accounts. Use them: bash deployment_local.sh restart")


def _trip(settings: Settings) -> Trip:
    return Trip(
        itinerary=Itinerary(),
        tidying=Tidying(),
        guest=Visitor("Guest", "guest", Browser(settings.web_url)),
        admin=Visitor("Admin", "admin", Browser(settings.web_url)),
        logs=str(settings.layout.logs),
        worker_patience_seconds=settings.worker_patience_seconds,
    )


def _walk(trip: Trip) -> None:
    trip.itinerary.part("Log in and look around")
    signing_in.log_in(trip, trip.guest)
    signing_in.see_the_cluster(trip)
    trip.itinerary.part("Make a kernel")
    making_kernel.make_a_kernel(trip)
    with trip.guest.browser.open_page("applications") as page:
        trip.itinerary.part("Use it in a notebook")
        using_notebook.open_jupyterlab(trip, trip.guest)
        using_notebook.start_notebook(trip, trip.guest, trip.kernelspec)
        using_notebook.run_the_first_cell(trip)
        using_notebook.see_it_running(trip, page)
        using_notebook.use_files_and_executors(trip)
        trip.itinerary.part("Kill it, and go on")
        killing.kill(trip, trip.guest, trip.guest.application_id, page)
        killing.see_the_kernel_dead(trip)
        killing.restart(trip)
    trip.itinerary.part("As an administrator")
    signing_in.log_in(trip, trip.admin)
    using_notebook.open_jupyterlab(trip, trip.admin)
    using_notebook.start_notebook(trip, trip.admin, administering.PUBLIC_KERNEL)
    administering.learn_the_application(trip)
    administering.be_refused(trip)
    administering.see_and_kill_another_s(trip)
