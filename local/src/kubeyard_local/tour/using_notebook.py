"""Step 4 of the tour: open JupyterLab, and use the kernel in a notebook."""

from kubeyard_local.tour.browser import OpenPage
from kubeyard_local.tour.itinerary import expect
from kubeyard_local.tour.lab import open_lab
from kubeyard_local.tour.making_kernel import PACKAGE
from kubeyard_local.tour.page import Page
from kubeyard_local.tour.trip import Trip, Visitor

FIRST_CELL = f'import {PACKAGE}; spark.range(10**6).selectExpr("sum(id)").show()'
SUM = "499999500000"
SEEN_WITHIN_SECONDS = 2.0
_KERNEL_SECONDS = 90

# Relative paths are the home's. What the cell writes, it removes again.
FILES_CELL = """
def remove(path):
    Path = spark._jvm.org.apache.hadoop.fs.Path
    return Path(path).getFileSystem(spark._jsc.hadoopConfiguration()).delete(Path(path), True)
home, shared = "{tag}", "/shared/{tag}"
try:
    spark.range(100).write.mode("overwrite").parquet(home)
    spark.range(7).write.mode("overwrite").parquet(shared)
    print("home:", spark.read.parquet("/user/{user}/{tag}").count(), "rows")
    print("shared folder:", spark.read.parquet(shared).count(), "rows")
    print("sample data:", spark.read.csv("/shared/samples/taxi_rides.csv", header=True).count(), "rides")
finally:
    remove(home), remove(shared)
""".strip()

EXECUTOR_CELL = f"""
import os
def speak(number):
    import {PACKAGE}, os
    return {PACKAGE}.intcomma(number), os.environ["CONTAINER_ID"]
words, executor = spark.sparkContext.parallelize([123456789], 1).map(speak).first()
driver = os.environ["CONTAINER_ID"]
print(words, "said an executor" if executor != driver else "said the driver itself")
print(spark.sparkContext.applicationId, "runs as", spark.sparkContext.sparkUser())
""".strip()


def open_jupyterlab(trip: Trip, visitor: Visitor) -> None:
    """Follow the link of the web UI; there must be no second login."""
    title = f"{visitor.name} opens JupyterLab, without a second login"
    with trip.itinerary.step(title, trip.look("hub", "proxy")):
        link = visitor.browser.page("/").link("lab-button")
        visitor.lab = lab = open_lab(visitor.browser, link, visitor.canonical_name)
        if not lab.was_running:
            trip.tidying.later(f"stop {visitor.name}'s JupyterLab", lab.stop)
        trip.itinerary.note("kernels in the launcher: " + ", ".join(sorted(lab.kernelspecs().values())))


def start_notebook(trip: Trip, visitor: Visitor, kernelspec: str) -> None:
    """Open a new notebook with the kernel, and wait until it answers."""
    with trip.itinerary.step(f"{visitor.name} opens a notebook with {kernelspec}", trip.look("gateway")):
        lab = visitor.open_lab
        expect(kernelspec in lab.kernelspecs(), f"the launcher does not offer {kernelspec}")
        trip.tidying.later(f"delete {visitor.name}'s notebook", lambda: lab.delete_notebook(trip.notebook))
        lab.make_notebook(trip.notebook, kernelspec)
        visitor.notebook = lab.open_notebook(trip.notebook, kernelspec)
        trip.tidying.later(f"end {visitor.name}'s kernel", lambda: lab.close_notebook(visitor.open_notebook))
        connect(trip, visitor)
        trip.itinerary.note(f"kernel {visitor.notebook.kernel_id}")


def connect(trip: Trip, visitor: Visitor) -> None:
    """Connect the notebook to its kernel, and wait until it answers."""
    visitor.channel = channel = visitor.open_lab.connect(visitor.open_notebook)
    trip.tidying.later(f"close {visitor.name}'s notebook", channel.close)
    channel.until_ready(_KERNEL_SECONDS)


def run_the_first_cell(trip: Trip) -> None:
    """The package in the driver, and Spark's first result."""
    with trip.itinerary.step(f"Guest runs: {FIRST_CELL}", trip.look("gateway", "nodemanager")):
        output = trip.guest.run(FIRST_CELL, trip)
        expect(SUM in output, f"the sum is not {SUM}")


def see_it_running(trip: Trip, page: OpenPage) -> None:
    """The open Applications page shows it by itself, and the application's own page says whose it is."""
    guest = trip.guest
    with trip.itinerary.step("Applications shows it Running, without reloading", trip.look("api", "web")):
        output = guest.run("print(spark.sparkContext.applicationId)", trip)
        guest.application_id = output.strip().splitlines()[-1]
        took = page.shows(
            "/applications/list",
            lambda shown: "Running" in row_of(shown, guest.application_id),
            SEEN_WITHIN_SECONDS,
        )
        trip.itinerary.note(f"seen {took:.1f} s after the notebook knew of it")
        facts = guest.browser.fragment(f"/applications/{guest.application_id}/facts").text
        for what in (guest.canonical_name, trip.environment, guest.open_notebook.kernel_id):
            expect(what in facts, f"the application's page does not tell {what}: {facts[:400]}")
        trip.itinerary.note(f"owner {guest.canonical_name}, environment and kernel are told")


def use_files_and_executors(trip: Trip) -> None:
    """Read and write the home and the shared folder; the package in an executor."""
    guest = trip.guest
    with trip.itinerary.step("Guest reads and writes his home and the shared folder", trip.look("namenode")):
        output = guest.run(FILES_CELL.format(tag=trip.tag, user=guest.canonical_name), trip)
        for wanted in ("home: 100 rows", "shared folder: 7 rows", "sample data: 6000 rides"):
            expect(wanted in output, f"the cell did not print {wanted!r}")
    with trip.itinerary.step(f"Guest uses {PACKAGE} in an executor", trip.look("nodemanager")):
        output = guest.run(EXECUTOR_CELL, trip)
        expect("123,456,789 said an executor" in output, f"{PACKAGE} did not run in an executor")
        expect(f"runs as {guest.canonical_name}" in output, f"Spark does not run as {guest.canonical_name}")


def row_of(page: Page, application_id: str) -> str:
    """What the row of that application says; nothing where there is none."""
    row = page.root.first("tr", id=application_id)
    return row.text if row else ""
