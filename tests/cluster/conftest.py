"""A release on the cluster that KUBEYARD_TEST_CONTEXT names, with a real YARN on this machine as its edge."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.lab_page import LabPage
from browser.web_pages import Visitor
from harness import helm
from harness.chromium import open_chromium
from harness.cluster import NOT_NAMED, Namespace, PortForward, address_for, named_context, new_namespace
from harness.host_edge import HostEdge, free_port
from harness.platform import Platform
from harness.postgresql import MISSING, find_programs, running_postgresql
from playwright.sync_api import Browser

from .release import RELEASE, Release, databases


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
    request: pytest.FixtureRequest,
    namespace: Namespace,
    platform: Platform,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Release]:
    """The chart, installed and ready, and known to its edge node; two forwarded ports lead to it."""
    programs = find_programs()
    if programs is None:
        pytest.skip(MISSING)
    address = address_for(namespace.context)
    web, hub = free_port(), free_port()
    folder = _open_folder(tmp_path_factory)
    where = f"{address}:{free_port()}"
    with (
        running_postgresql(programs, where) as server,
        HostEdge(platform, folder, address, f"http://127.0.0.1:{web}") as edge,
    ):
        made = Release(
            namespace, edge, f"http://127.0.0.1:{web}", f"http://127.0.0.1:{hub}", databases(server, where)
        )
        made.install()
        with (
            PortForward(namespace, f"{RELEASE}-web-ui", 5000, web),
            PortForward(namespace, f"{RELEASE}-proxy-public", 8000, hub),
        ):
            edge.know(made.public_keys())
            failed_before = request.session.testsfailed
            yield made
            if request.session.testsfailed > failed_before:
                sys.stderr.write(namespace.story() + edge.logs())


def _open_folder(factory: pytest.TempPathFactory) -> Path:
    """YARN's accounts read what the gateway writes; pytest's own folders are closed to them."""
    folder = factory.mktemp("edge")
    for each in (folder, *folder.parents):
        if each.stat().st_uid == os.getuid() and each != Path("/"):
            each.chmod(each.stat().st_mode | 0o055)
    return folder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a screen."""
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def guest(chromium: Browser, release: Release) -> Iterator[Visitor]:
    """Guest, logged in at the web UI in the cluster."""
    visitor = Visitor(chromium, release, "Guest").log_in("guest")
    yield visitor
    visitor.close()


@pytest.fixture(scope="session")
def lab(guest: Visitor) -> Iterator[LabPage]:
    """Guest's JupyterLab with a notebook whose kernel runs on YARN."""
    guest.go("/")
    with guest.context.expect_page() as opened:
        guest.page.get_by_role("link", name="Open JupyterLab").first.click()
    page = LabPage(opened.value)
    page.forget_layout()
    page.choose_kernel("Spark")
    yield page
    page.page.close()
