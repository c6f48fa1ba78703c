"""What a user does, in a browser: log in, open JupyterLab, run Spark on YARN, come back later.

The tests follow one person and run in this order, before those of upgrades and faults.
"""

import pytest
from browser.lab_page import LabPage
from browser.web_pages import Visitor
from harness.waiting import wait_until
from playwright.sync_api import expect

from .release import Release

pytestmark = [pytest.mark.cluster, pytest.mark.daemons, pytest.mark.browser, pytest.mark.timeout(1200)]
SPARK_MS = 180_000


def test_overview_shows_the_clusters_numbers_through_the_edge(guest: Visitor) -> None:
    guest.go("/")
    expect(guest.page.get_by_role("region", name="Memory")).to_contain_text("GiB", timeout=60_000)
    expect(guest.page.locator("#nodes-table")).to_contain_text("Healthy")


def test_lab_opens_without_a_second_login(release: Release, lab: LabPage) -> None:
    assert lab.page.url.startswith(f"{release.hub_url}/user/guest/")
    (pod,) = release.namespace.pods("lab")
    assert pod["metadata"]["labels"]["app.kubernetes.io/instance"] == "ky"
    assert pod["spec"]["automountServiceAccountToken"] is False


def test_cell_runs_on_yarn_as_this_user(lab: LabPage) -> None:
    output = lab.run(
        "print(spark.range(10**6).selectExpr('sum(id)').first()[0], spark.sparkContext.sparkUser())"
    )
    expect(output).to_contain_text("499999500000 guest", timeout=SPARK_MS)


def test_pages_show_the_kernel_that_runs(guest: Visitor, lab: LabPage) -> None:
    guest.go("/applications?state=running")
    expect(guest.row("Spark 4.0").first).to_contain_text("Running", timeout=30_000)


def test_home_outlives_its_pod(release: Release, guest: Visitor, lab: LabPage) -> None:
    """The notebook that the tour has made is there again in another pod, on the same volume."""
    lab.menu("File", "Save Notebook")
    # The first time it asks for a name.
    lab.accept()
    before = release.namespace.pod_ids("lab")
    (claim,) = _homes(release)
    release.namespace.kubectl("delete", "pod", "-l", "app.kubernetes.io/component=lab", "--wait=true")
    wait_until(lambda: _is_told_gone(guest), "the Hub has noticed that the pod is gone", 60, 1)
    again = LabPage(guest.press_open_jupyterlab())
    expect(again.page.locator(".jp-DirListing-item", has_text="Untitled.ipynb")).to_have_count(1)
    assert release.namespace.pod_ids("lab").isdisjoint(before)
    assert _homes(release) == [claim]
    again.page.close()
    # The tab that was open all the while finds its kernel again by itself.
    expect(lab.run("print('still', 'the', spark.range(7).count())")).to_contain_text(
        "still the 7", timeout=60_000
    )


def _is_told_gone(guest: Visitor) -> bool:
    # Until then the page leads on to the Lab, where nobody is who could refuse a connection.
    answer = guest.context.request.get(guest.platform.url("WEB") + "/lab/status", max_redirects=0)
    return "JupyterLab is not running" in answer.text()


def _homes(release: Release) -> list[str]:
    claims = release.namespace.objects("persistentvolumeclaims")
    return [each["metadata"]["name"] for each in claims if each["metadata"]["name"].startswith("home-")]
