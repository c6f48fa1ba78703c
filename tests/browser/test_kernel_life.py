"""A kernel's life as its person sees it: the gateway ends, a job is interrupted, memory runs out.

The tests follow one notebook and run in this order.
"""

import re
import uuid
from collections.abc import Iterator

import pytest
from harness.platform import Platform
from playwright.sync_api import Locator, expect

from .lab_page import LabPage
from .opening import end_applications, opened_lab
from .web_pages import Visitor

pytestmark = [pytest.mark.daemons, pytest.mark.browser, pytest.mark.timeout(900)]

KERNEL = "Spark"
ENVIRONMENT = "kubeyard/spark"
LINES = 45
PRINTING = f"import time\nfor i in range({LINES}):\n    print('line', i, flush=True); time.sleep(0.2)"
LONG_JOB = """
import threading, time
def tell():
    while not sc.statusTracker().getActiveJobsIds():
        time.sleep(0.1)
    print('the job runs', flush=True)
threading.Thread(target=tell).start()
spark.range(10**13).selectExpr('sum(id % 7)').collect()
"""
FOR_EVER = "import time\nprint('it runs', flush=True)\nwhile True: time.sleep(0.1)"
# More than the container of the platform's own environment may have, whatever its JVM takes.
HOG = "import time\nblocks = [b'x' * (100 << 20) for _ in range(15)]\ntime.sleep(120)"
CELL_MS = 120_000


@pytest.fixture(scope="module", autouse=True)
def room_on_the_cluster(platform: Platform) -> Iterator[None]:
    """A small cluster holds few kernels: what an earlier run left is ended, and what this one leaves."""
    end_applications(platform)
    yield
    end_applications(platform)


@pytest.fixture(scope="module")
def lab(guest: Visitor, room_on_the_cluster: None) -> Iterator[LabPage]:
    """JupyterLab with a notebook whose kernel answers."""
    with opened_lab(guest) as page:
        page.choose_kernel(KERNEL)
        yield page


def press(guest: Visitor, row: Locator, link: str, button: str) -> None:
    """Press a row's button, and the one of the dialog that asks."""
    row.get_by_role("link", name=link).click()
    guest.page.get_by_role("dialog").get_by_role("button", name=button).click()


def test_output_of_a_long_cell_goes_on_when_the_gateway_is_restarted(
    platform: Platform, lab: LabPage
) -> None:
    output = lab.run(PRINTING)
    expect(output).to_contain_text("line 3", timeout=CELL_MS)
    restarted = platform.run("restart", "gateway", timeout_seconds=600)
    assert restarted.returncode == 0, restarted.stdout + restarted.stderr
    expect(output).to_contain_text(f"line {LINES - 1}", timeout=CELL_MS)
    told = [line.strip() for line in output.inner_text().splitlines() if line.strip()]
    assert told == [f"line {number}" for number in range(LINES)]
    expect(lab.dialog()).to_have_count(0)
    expect(lab.run("print('still', i)")).to_contain_text(f"still {LINES - 1}", timeout=CELL_MS)


def test_interrupted_spark_job_ends_and_the_session_stays(lab: LabPage) -> None:
    # Its first job has shown that Spark is there.
    expect(lab.run("print('rows', spark.range(7).count())")).to_contain_text("rows 7", timeout=CELL_MS)
    output = lab.run(LONG_JOB)
    expect(output).to_contain_text("the job runs", timeout=CELL_MS)
    lab.menu("Kernel", "Interrupt Kernel")
    expect(output).to_contain_text("KeyboardInterrupt", timeout=CELL_MS)
    expect(lab.unfinished_cells()).to_have_count(0, timeout=CELL_MS)
    expect(lab.run("print('rows', spark.range(8).count())")).to_contain_text("rows 8", timeout=CELL_MS)


def test_kernels_page_shows_the_start_and_what_idling_costs(guest: Visitor, lab: LabPage) -> None:
    guest.go("/kernels")
    row = guest.row(ENVIRONMENT)
    expect(row).to_contain_text("Idle", timeout=CELL_MS)
    expect(row).to_contain_text("GiB·h")
    row.get_by_text("start, ready after").click()
    expect(row).to_contain_text("Ready for cells")
    expect(row).to_contain_text("Spark")
    guest.photograph("kernel-idle")
    assert guest.accessibility_faults() == []


def test_kernels_page_names_the_notebook_and_follows_its_new_name(guest: Visitor, lab: LabPage) -> None:
    guest.go("/kernels")
    notebook = guest.row(ENVIRONMENT).locator(".kernel-notebook")
    expect(notebook).to_have_text(re.compile(r"^Untitled\d*\.ipynb$"), timeout=CELL_MS)
    name = f"quarterly-figures-{uuid.uuid4().hex[:6]}.ipynb"
    lab.menu("File", "Rename Notebook…")
    lab.dialog().locator("input").first.fill(name)
    lab.accept()
    expect(notebook).to_have_text(name, timeout=CELL_MS)
    expect(notebook).to_have_attribute("title", name)
    guest.photograph("kernel-notebook")


def test_cell_that_is_interrupted_by_the_kernels_page_ends_and_its_row_follows(
    guest: Visitor, lab: LabPage
) -> None:
    expect(lab.run("kept = 41; print('kept', kept)")).to_contain_text("kept 41", timeout=CELL_MS)
    output = lab.run(FOR_EVER)
    expect(output).to_contain_text("it runs", timeout=CELL_MS)
    guest.go("/kernels")
    row = guest.row(ENVIRONMENT)
    expect(row).to_contain_text("Busy", timeout=CELL_MS)
    # A page that is loaded again has forgotten it.
    guest.page.evaluate("window.isSamePage = true")
    press(guest, row, "Interrupt", "Interrupt kernel")
    expect(guest.page.locator("#flashes")).to_contain_text("Interrupted kubeyard/spark.", timeout=CELL_MS)
    expect(output).to_contain_text("KeyboardInterrupt", timeout=CELL_MS)
    expect(lab.unfinished_cells()).to_have_count(0, timeout=CELL_MS)
    expect(row).to_contain_text("Idle", timeout=CELL_MS)
    assert guest.page.evaluate("window.isSamePage")
    expect(lab.run("print('kept', kept)")).to_contain_text("kept 41", timeout=CELL_MS)


def test_kernel_that_is_restarted_by_the_kernels_page_has_forgotten_all(guest: Visitor, lab: LabPage) -> None:
    lab.run("kept = 41")
    guest.go("/kernels")
    press(guest, guest.row(ENVIRONMENT), "Restart", "Restart kernel")
    expect(guest.page.locator("#flashes")).to_contain_text("Restarting", timeout=CELL_MS)
    # JupyterLab takes the restart for its own: the notebook goes on, in an empty kernel.
    output = lab.run("print('kept' in dir(), 6 * 7)")
    expect(output).to_contain_text("False 42", timeout=CELL_MS)


def test_exhausted_memory_is_told_in_the_notebook_with_what_to_raise(guest: Visitor, lab: LabPage) -> None:
    output = lab.run(HOG)
    told = re.compile(
        r"KernelDied.*It used .* of memory and its container may have .*, so YARN ended it", re.S
    )
    expect(output).to_contain_text(told, timeout=CELL_MS)
    expect(output).to_contain_text(f"Raise the driver memory of its environment {ENVIRONMENT} (now 1024 MiB)")
    dialog = lab.dialog()
    expect(dialog).to_contain_text("The kernel died.", timeout=CELL_MS)
    expect(dialog).to_contain_text("driver memory")
    lab.photograph("notebook-memory-kill")
    lab.accept()
    guest.go("/kernels")
    ended = guest.page.get_by_role("region", name="Ended in the last day, and why")
    expect(ended).to_contain_text("so YARN ended it", timeout=CELL_MS)
    expect(ended).to_contain_text(f"driver memory of its environment {ENVIRONMENT}")
    guest.photograph("kernel-ended")
    assert guest.accessibility_faults() == []


def test_dead_kernel_is_restarted_in_its_notebook(lab: LabPage) -> None:
    # JupyterLab looks for its notebooks' kernels each ten seconds, and does not restart a dead one.
    expect(lab.kernel_name()).to_contain_text("No Kernel", timeout=30_000)
    with lab.kernel_starts(KERNEL):
        lab.menu("Kernel", "Restart Kernel…")
    expect(lab.run("print('blocks' in dir(), 6 * 7)")).to_contain_text("False 42", timeout=CELL_MS)


def test_notebook_is_told_who_stopped_its_kernel_on_the_kernels_page(guest: Visitor, lab: LabPage) -> None:
    guest.go("/kernels")
    row = guest.row(ENVIRONMENT)
    expect(row).to_contain_text("Idle", timeout=CELL_MS)
    guest.page.evaluate("window.isSamePage = true")
    press(guest, row, "Stop", "Stop kernel")
    expect(lab.dialog()).to_contain_text("It was stopped by guest.", timeout=CELL_MS)
    expect(lab.dialog()).to_contain_text("variables are lost")
    lab.accept()
    # Rows come and go only while the pointer is not on them.
    guest.page.get_by_role("heading", name="Kernels").hover()
    expect(row).to_have_count(0, timeout=CELL_MS)
    expect(guest.page.locator("main")).to_contain_text("No kernel is running")
    assert guest.page.evaluate("window.isSamePage")
