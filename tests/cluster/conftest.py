"""A release on the cluster that KUBEYARD_TEST_CONTEXT names, with a real YARN on this machine as its edge."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from browser.failures import photograph_failure
from browser.lab_page import LabPage
from browser.opening import opened_lab
from browser.web_pages import Visitor
from harness import helm
from harness.chromium import chromium as chromium
from harness.cluster import NOT_NAMED, Namespace, address_for, named_context, new_namespace, node_ports
from harness.host_edge import HostEdge, free_port
from harness.platform import Platform
from harness.postgresql import running_postgresql
from playwright.sync_api import Browser

from .release import Release, databases
from .visitor import ReturningVisitor

STORIES = Path(__file__).resolve().parents[2] / "build" / "results" / "cluster"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what was seen when a test fails."""
    report = yield
    photograph_failure(item, report)
    release = getattr(item, "funcargs", {}).get("release")
    if report.failed and isinstance(release, Release):
        STORIES.mkdir(parents=True, exist_ok=True)
        story = release.namespace.story() + release.edge.logs()
        (STORIES / f"{item.name}.txt").write_text(story)
    return report


@pytest.fixture(scope="session")
def context() -> str:
    """The cluster that may be tried on; without one these tests say by name that they did not run."""
    named = named_context()
    if not named:
        pytest.skip(NOT_NAMED)
    if helm.find_helm() is None:
        pytest.skip(helm.MISSING)
    return named


@pytest.fixture(scope="session")
def namespace(context: str) -> Iterator[Namespace]:
    """A namespace for all tests of a run."""
    with new_namespace(context) as one:
        yield one


@pytest.fixture(scope="session")
def release(
    namespace: Namespace,
    platform: Platform,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Release]:
    """The chart, installed and ready, and known to its edge node."""
    address = address_for(namespace.context)
    web, hub = node_ports(namespace.context, 2)
    folder = _open_folder(tmp_path_factory)
    where = f"{address}:{free_port()}"
    with (
        running_postgresql(where) as server,
        HostEdge(platform, folder, address, web) as edge,
    ):
        made = Release(namespace, edge, web, hub, server, databases(server, where))
        made.install()
        edge.know(made.public_keys())
        yield made


def _open_folder(factory: pytest.TempPathFactory) -> Path:
    """YARN's accounts read what the gateway writes; pytest's own folders are closed to them."""
    folder = factory.mktemp("edge")
    for each in (folder, *folder.parents):
        if each.stat().st_uid == os.getuid() and each != Path("/"):
            each.chmod(each.stat().st_mode | 0o055)
    return folder


@pytest.fixture(scope="session")
def guest(chromium: Browser, release: Release) -> Iterator[Visitor]:
    """Guest, logged in at the web UI in the cluster."""
    visitor = ReturningVisitor(chromium, release, "Guest").log_in("guest")
    yield visitor
    visitor.close()


@pytest.fixture(scope="session")
def lab(guest: Visitor) -> Iterator[LabPage]:
    """Guest's JupyterLab with a notebook whose kernel runs on YARN."""
    with opened_lab(guest) as page:
        page.choose_kernel("Spark")
        # A tab that notices that its server was away offers to start it, above everything else.
        offer = page.dialog().get_by_role("button", name="Dismiss")
        page.page.add_locator_handler(offer, lambda button: button.click())
        yield page
