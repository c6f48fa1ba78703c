"""What surrounds every page."""

import re
from pathlib import Path

import pytest
from harness.scripted_server import ScriptedServer, as_json
from harness.site import Site
from harness.web_ui import WebUi, running_web_ui

PAGES = ("/", "/applications", "/kernels", "/environments", "/environments/new", "/search")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_frame_and_no_dead_link(site: Site, path: str) -> None:
    ada = site.visitor("ada")
    page = ada.get(path)

    assert page.status_code == 200
    for part in ("Skip to the content", 'role="search"', 'id="health"', "Open JupyterLab", "Log out"):
        assert part in page.text
    links = set(re.findall(r'href="(/[^"]*)"', page.text)) - {"#main"}
    statuses = {link: ada.get(link.replace("&amp;", "&")).status_code for link in links}
    assert set(statuses.values()) == {200}, statuses


@pytest.mark.parametrize("path", PAGES)
def test_no_page_needs_inline_scripts_or_styles(site: Site, path: str) -> None:
    page = site.visitor("ada").get(path).text

    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert not re.search(r'(?:src|href)="https?://(?!127\.0\.0\.1)', page)


@pytest.mark.parametrize(
    ("path", "section"), [("/", "/"), ("/kernels", "/kernels"), ("/environments/new", "/environments")]
)
def test_the_section_where_one_is_is_marked(site: Site, path: str, section: str) -> None:
    page = site.visitor("ada").get(path).text

    assert re.findall(r'<a href="([^"]*)" aria-current="page"', page) == [section]


def test_the_theme_is_kept_and_goes_back_to_where_it_was_chosen(site: Site) -> None:
    ada = site.visitor("ada")
    assert 'data-theme-preference="system"' in ada.get("/kernels").text
    token = ada.get("/kernels").text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "theme": "dark"}

    answer = ada.post_bare("/theme", form, headers={"Referer": f"{ada.url}/kernels?x=1"})

    assert answer.headers["Location"] == "/kernels?x=1"
    assert 'data-theme-preference="dark" data-bs-theme="dark"' in ada.get("/").text
    elsewhere = ada.post_bare("/theme", form, headers={"Referer": "http://elsewhere.test/x"})
    assert elsewhere.headers["Location"] == "/"
    assert ada.post_bare("/theme", form | {"theme": "pink"}).status_code == 400


def test_static_files_are_compressed_and_kept_by_the_browser(site: Site) -> None:
    page = site.visitor("ada").get("/")
    address = re.findall(r'href="(/static/css/base\.css[^"]*)"', page.text)[0]

    style = site.web.browser().get(address, headers={"Accept-Encoding": "gzip"})

    assert style.headers["Content-Encoding"] == "gzip"
    assert "immutable" in style.headers["Cache-Control"]
    assert "--ky-bg" in style.text
    plain = site.web.browser().get(address, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.text == style.text


def test_a_page_with_all_it_needs_weighs_less_than_250_kb(site: Site) -> None:
    browser = site.visitor("ada")
    page = browser.get("/applications", headers={"Accept-Encoding": "gzip"}, stream=True)
    weight = len(page.raw.read())
    text = browser.get("/applications").text
    for address in set(re.findall(r'(?:src|href)="(/static/[^"#]*)', text)):
        answer = browser.get(address, headers={"Accept-Encoding": "gzip"}, stream=True)
        assert answer.status_code == 200
        weight += len(answer.raw.read())

    assert weight < 250_000


def test_pages_are_compressed_to_no_exact_length(site: Site) -> None:
    browser = site.visitor("ada")

    def length() -> int:
        answer = browser.get("/search?q=same", headers={"Accept-Encoding": "gzip"}, stream=True)
        assert answer.headers["Content-Encoding"] == "gzip"
        return len(answer.raw.read())

    assert len({length() for _ in range(12)}) > 1


def test_the_demo_is_said_on_every_page(demo_web_ui: WebUi) -> None:
    browser = demo_web_ui.browser()
    assert "Demo accounts are on." in browser.get("/login").text
    browser.log_in("Guest", "guest")
    assert "Demo accounts are on." in browser.get("/").text


def test_without_the_demo_nothing_is_said_of_it(site: Site) -> None:
    assert "Demo accounts" not in site.visitor("ada").get("/").text


def test_the_chip_says_when_the_api_is_away(site: Site) -> None:
    ada = site.visitor("ada")
    assert "Cluster healthy" in ada.get("/health-chip").text
    site.lose_cluster("The ResourceManager does not answer.")
    site.web.app.extensions.pop("kubeyard-last-known")

    assert "Cluster unreachable" in ada.get("/health-chip").text
    site.stop_api()
    site.web.app.extensions.pop("kubeyard-last-known")
    assert "API unreachable" in ada.get("/health-chip").text


def test_the_chip_tells_an_api_that_fails_from_one_that_is_away(tmp_path: Path) -> None:
    unreadable = as_json({"memory_mb": "of another kind"})
    with (
        ScriptedServer(lambda _asked: unreadable) as edge,
        running_web_ui(tmp_path, api_url=edge.url) as web,
    ):
        web.add_user("ada")
        chip = web.browser_of("ada").get("/health-chip").text
    assert "API failing" in chip
    assert "cannot read" in chip
