"""What a new user does: the cluster, a kernel of his own, JupyterLab without a second login, an end by force.

The tests follow one person's session and run in this order; each leaves the browser where the next begins.
"""

import uuid
from collections.abc import Iterator

import pytest
from harness.platform import Platform
from harness.waiting import wait_until
from kubeyard_yarn.applications import ApplicationState
from kubeyard_yarn.resource_manager import ResourceManager
from playwright.sync_api import expect

from .lab_page import LabPage
from .opening import end_applications, opened_lab
from .web_pages import Visitor

pytestmark = [pytest.mark.daemons, pytest.mark.browser, pytest.mark.timeout(900)]

BUILD_MS = 420_000
SPARK_MS = 120_000
SEEN_MS = 30_000
CELL = 'import humanize; print(humanize.intword(10**6)); spark.range(10**6).selectExpr("sum(id)").show()'


@pytest.fixture(scope="module", autouse=True)
def room_on_the_cluster(platform: Platform) -> Iterator[None]:
    """A small cluster holds few kernels: what an earlier run left is ended, and what this one leaves."""
    end_applications(platform)
    yield
    end_applications(platform)


@pytest.fixture(scope="module")
def kernel() -> str:
    """The name of the kernel that is made: a new one in each run."""
    return f"humane-{uuid.uuid4().hex[:6]}"


@pytest.fixture(scope="module")
def lab(guest: Visitor) -> Iterator[LabPage]:
    """JupyterLab, opened by the web UI's button."""
    with opened_lab(guest) as page:
        yield page


def test_overview_shows_the_cluster(guest: Visitor) -> None:
    guest.go("/")
    expect(guest.page.get_by_role("region", name="Memory")).to_contain_text("GiB")
    expect(guest.page.get_by_role("region", name="Cores")).to_contain_text("of")
    expect(guest.page.locator("#queues-table")).to_contain_text("interactive")
    expect(guest.page.locator("#nodes-table")).to_contain_text("Healthy")
    expect(guest.page.locator("body")).to_contain_text("demo", ignore_case=True)


def test_kernel_is_built_before_ones_eyes(guest: Visitor, kernel: str) -> None:
    guest.go("/environments/new")
    guest.page.get_by_label("Name").fill(kernel)
    guest.page.get_by_label("From pip").fill("humanize")
    guest.page.get_by_label("Driver memory").fill("512")
    guest.page.get_by_label("Memory of each").fill("512")
    guest.page.get_by_label("Executors").fill("1")
    guest.page.get_by_role("button", name="Build kernel").click()
    expect(guest.page.locator("#steps-title")).to_be_visible()
    log = guest.page.get_by_role("log").or_(guest.page.locator("[data-log], .log")).first
    expect(log).to_contain_text("humanize", timeout=BUILD_MS)
    guest.photograph("session-build-running")
    expect(guest.page.get_by_role("heading", name="The kernel is ready")).to_be_visible(timeout=BUILD_MS)
    guest.photograph("session-build-ready")


def test_lab_opens_without_a_second_login_and_offers_the_kernel(lab: LabPage, kernel: str) -> None:
    expect(lab.page.locator(".jp-LauncherCard", has_text=kernel).first).to_be_visible()
    assert "/user/guest/lab" in lab.page.url


def test_cell_runs_on_the_cluster_as_this_user_with_his_package(lab: LabPage, kernel: str) -> None:
    lab.choose_kernel(kernel)
    output = lab.run(CELL)
    expect(output).to_contain_text("1.0 million", timeout=SPARK_MS)
    expect(output).to_contain_text("499999500000", timeout=SPARK_MS)
    who = lab.run("import os, getpass; print('as', spark.sparkContext.sparkUser())")
    expect(who).to_contain_text("as guest", timeout=SPARK_MS)


def test_package_is_in_the_executors(lab: LabPage) -> None:
    code = "import humanize\nprint(spark.sparkContext.parallelize([10**6]).map(humanize.intcomma).collect())"
    expect(lab.run(code)).to_contain_text("1,000,000", timeout=SPARK_MS)


def test_home_and_shared_folder_are_read_and_written(lab: LabPage) -> None:
    code = (
        "for place in ('/user/guest/browser', '/shared/browser-guest'):\n"
        "    spark.range(7).write.mode('overwrite').parquet(place)\n"
        "    print(place, spark.read.parquet(place).count())"
    )
    output = lab.run(code)
    expect(output).to_contain_text("/user/guest/browser 7", timeout=SPARK_MS)
    expect(output).to_contain_text("/shared/browser-guest 7", timeout=SPARK_MS)


def test_application_is_shown_running_without_reloading(guest: Visitor, lab: LabPage, kernel: str) -> None:
    guest.go("/applications?state=running")
    row = guest.row("guest/" + kernel)
    expect(row).to_be_visible(timeout=SEEN_MS)
    expect(row).to_contain_text("Running")
    guest.photograph("session-applications")


def test_application_started_meanwhile_appears_without_a_reload(
    platform: Platform, guest: Visitor, lab: LabPage, kernel: str
) -> None:
    guest.go("/applications?state=running")
    expect(guest.row("guest/" + kernel)).to_have_count(1)
    # A page that is loaded again has forgotten it.
    guest.page.evaluate("window.isSamePage = true")
    lab.menu("File", "New Launcher")
    lab.choose_kernel(kernel)
    # The kernel answers before its ApplicationMaster has registered with YARN, which then says that it runs.
    manager = ResourceManager([platform.rm_url], "kubeyard", timeout_seconds=10)
    running = [ApplicationState.RUNNING]

    def guests() -> int:
        return sum(application.owner == "guest" for application in manager.applications(running))

    wait_until(lambda: guests() == 2, "YARN runs both", 90, every_seconds=0.05)
    expect(guest.row("guest/" + kernel)).to_have_count(2, timeout=SEEN_MS)
    assert guest.page.evaluate("window.isSamePage")
    lab.menu("Kernel", "Shut Down Kernel")
    expect(guest.row("guest/" + kernel)).to_have_count(1, timeout=40_000)
    lab.close_notebook()


def test_killed_application_leaves_a_dead_kernel_that_says_why(
    guest: Visitor, lab: LabPage, kernel: str
) -> None:
    guest.go("/applications?state=running")
    row = guest.row("guest/" + kernel)
    ident = row.get_attribute("id")
    guest.kill(row)
    guest.go(f"/applications/{ident}")
    expect(guest.page.locator("#application-facts")).to_contain_text("Killed", timeout=60_000)
    guest.photograph("session-application-killed")
    expect(lab.dialog()).to_contain_text("Killed by guest from Kubeyard", timeout=60_000)
    expect(lab.dialog()).to_contain_text("variables are lost")
    lab.accept()


def test_kernel_restarts_from_jupyterlab(guest: Visitor, lab: LabPage, kernel: str) -> None:
    # JupyterLab looks for its notebooks' kernels each ten seconds, and does not restart a dead one.
    expect(lab.kernel_name()).to_contain_text("No Kernel", timeout=30_000)
    with lab.kernel_starts(kernel):
        lab.menu("Kernel", "Restart Kernel…")
    expect(lab.run("print('who' in dir(), 6 * 7)")).to_contain_text("False 42", timeout=SPARK_MS)
    guest.go("/kernels")
    expect(guest.row("guest/" + kernel)).to_contain_text("Idle", timeout=10_000)
    guest.photograph("session-kernels")


def test_welcome_notebook_runs_to_its_end(lab: LabPage) -> None:
    lab.open_file("Welcome.ipynb", "Spark")
    lab.run_all()
    last = lab.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell").last
    expect(last.locator(".jp-OutputArea-output")).to_contain_text("environment", timeout=2 * SPARK_MS)
    expect(lab.unfinished_cells()).to_have_count(0, timeout=SPARK_MS)
    expect(lab.errors()).to_have_count(0)


def test_admin_sees_everybodys_and_guest_may_not_touch_admins(
    guest: Visitor, admin: Visitor, kernel: str
) -> None:
    his = LabPage(admin.press_open_jupyterlab())
    his.forget_layout()
    his.choose_kernel("Spark")
    admin.go("/applications?state=running&owner=admin")
    ident = admin.row("admin").first.get_attribute("id")
    assert ident
    guest.go("/applications?state=all")
    expect(guest.page.locator("#applications")).not_to_contain_text(ident)
    for hidden in (f"{ident}", f"{ident}/logs", f"kill?id={ident}"):
        guest.go(f"/applications/{hidden}")
        expect(guest.page.locator("main")).to_contain_text("There is nothing here")
    expect(guest.page.get_by_role("button", name="Kill application")).to_have_count(0)
    admin.go(f"/applications/{ident}")
    expect(admin.page.locator("#application-facts")).to_contain_text("Running")
    his.menu("Kernel", "Shut Down Kernel")
    his.page.close()


def test_admin_may_kill_a_guests_application(
    guest: Visitor, admin: Visitor, lab: LabPage, kernel: str
) -> None:
    admin.go("/applications?state=running&owner=guest")
    row = admin.row("guest/" + kernel).first
    expect(row).to_be_visible()
    ident = row.get_attribute("id")
    admin.kill(row)
    guest.go(f"/applications/{ident}")
    expect(guest.page.locator("#application-facts")).to_contain_text("Killed", timeout=60_000)


def test_shutting_down_all_kernels_leaves_nothing_running(guest: Visitor, lab: LabPage) -> None:
    # The kernel that Admin killed is told of in a dialog.
    expect(lab.dialog()).to_contain_text("Killed by admin from Kubeyard", timeout=60_000)
    expect(lab.dialog()).to_contain_text("variables are lost")
    lab.accept()
    lab.menu("Kernel", "Shut Down All Kernels…")
    lab.accept()
    guest.go("/applications?state=running")
    wait_until(lambda: guest.row("guest/").count() == 0, "guest's applications have ended", 60)


def test_deleted_kernel_leaves_the_launcher(guest: Visitor, lab: LabPage, kernel: str) -> None:
    guest.go(f"/environments/guest/{kernel}/delete")
    guest.page.get_by_role("button", name="Delete environment").click()
    guest.go("/environments")
    expect(guest.page.locator("main")).not_to_contain_text(kernel)
    lab.forget_layout()
    expect(lab.page.locator(".jp-LauncherCard", has_text="Spark").first).to_be_visible()
    expect(lab.page.locator(".jp-LauncherCard", has_text=kernel)).to_have_count(0)
