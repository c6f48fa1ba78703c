"""A small release on SQLite, its edge node away: how Labs start, and what our page says if they do not."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from bs4 import BeautifulSoup
from harness.cluster import Namespace, answers, at_node_port, new_namespace, node_ports
from harness.helm import CHART
from harness.waiting import wait_until
from hub.person import CSRF_FIELD, Person

from .faults import kill

pytestmark = [pytest.mark.cluster, pytest.mark.daemons, pytest.mark.timeout(900)]
RELEASE = "labs"
# For documentation only (RFC 5737): nobody is there.
NO_EDGE = "192.0.2.1"
START_SECONDS = 45
SIZES: list[dict[str, Any]] = [
    {"slug": "small", "display_name": "Small", "default": True, "kubespawner_override": {"mem_limit": "1G"}},
    {"slug": "no-image", "display_name": "A", "kubespawner_override": {"image": "registry.invalid/lab:9"}},
    {"slug": "no-node", "display_name": "B", "kubespawner_override": {"node_selector": {"pool": "nowhere"}}},
    {
        "slug": "no-memory",
        "display_name": "C",
        "kubespawner_override": {"mem_limit": "9000G", "mem_guarantee": "9000G"},
    },
]
QUOTA = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "labs"},
    "spec": {"hard": {"limits.memory": "1Mi"}},
}


@dataclass(frozen=True)
class Labs:
    """The chart without an edge, and where it answers."""

    namespace: Namespace
    web_url: str
    hub_url: str

    def url(self, port: str) -> str:
        """The address of one of its services."""
        return {"WEB": self.web_url, "HUB": self.hub_url}[port]


@pytest.fixture(scope="module")
def labs(context: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labs]:
    """A release of its own, on SQLite."""
    with new_namespace(context) as namespace:
        made = Labs(namespace, *node_ports(context, 2))
        values = {
            "edge": {"host": NO_EDGE},
            "webUI": {
                "url": made.web_url,
                "plainHTTP": True,
                "demo": True,
                "service": at_node_port(made.web_url),
            },
            "hub": {"url": made.hub_url},
            "proxy": {"service": at_node_port(made.hub_url)},
            "singleuser": {
                "startTimeout": START_SECONDS,
                "storage": {"capacity": "1Gi"},
                "memory": {"guarantee": "256M"},
                "profileList": SIZES,
            },
        }
        file = tmp_path_factory.mktemp("labs") / "values.json"
        file.write_text(json.dumps(values))
        namespace.helm("install", RELEASE, str(CHART), "--values", str(file), "--wait", "--timeout", "180s")
        for url in (f"{made.web_url}/login", f"{made.hub_url}/hub/health"):
            wait_until(lambda url=url: answers(url), f"{url} answers", 60)  # type: ignore[misc]
        yield made


@pytest.fixture
def guest(labs: Labs) -> Iterator[Person]:
    """Guest, whose Lab is stopped in the end."""
    person = Person(labs, "Guest")  # type: ignore[arg-type]
    person.log_in("guest")
    person.web("/lab")
    yield person
    send(person, "/lab/stop")
    wait_until(
        lambda: "Start JupyterLab" in main(person) or "Try again" in main(person), "no Lab is left", 60
    )


def send(person: Person, path: str, **form: str) -> None:
    """Press a button of the web UI."""
    found = CSRF_FIELD.search(person.web("/kernels").text)
    assert found
    url = person.platform.url("WEB") + path
    person.http.post(url, data={"csrf_token": found.group(1)} | form, timeout=60, allow_redirects=False)


def main(person: Person, path: str = "/lab/status") -> str:
    """What a page says."""
    found = BeautifulSoup(person.web(path).text, "html.parser").find("main")
    return " ".join(found.get_text(" ").split()) if found else ""


def told(person: Person, words: str) -> str:
    """The part of the running start in which these words stand first."""
    url = person.platform.url("WEB") + "/lab/progress"
    with closing(person.http.get(url, stream=True, timeout=START_SECONDS + 30)) as answer:
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            if words in line:
                return str(line)
    raise AssertionError(f"the start ended without {words!r}")


def test_lab_starts_and_keeps_its_home_while_the_edge_is_away(labs: Labs, guest: Person) -> None:
    kept = {"type": "file", "format": "text", "content": "mine"}
    for is_first in (True, False):
        send(guest, "/lab", profile="small")
        guest.open_lab()
        if is_first:
            assert guest.lab("PUT", "/api/contents/kept.txt", json=kept).status_code == 201
            send(guest, "/lab/stop")
            wait_until(lambda: "Start JupyterLab" in main(guest), "the Lab is gone", 60)
    assert guest.lab("GET", "/api/contents/kept.txt").json()["content"] == "mine"
    [claim] = labs.namespace.objects("pvc", "-l", "app.kubernetes.io/managed-by=kubeyard-hub")
    assert claim["metadata"]["name"].startswith("home-guest")
    assert "It has not answered since" in main(guest, "/kernels")


def test_only_web_ui_comes_back_with_everybody_logged_in(labs: Labs, guest: Person) -> None:
    """Its database is a file that nobody closed; Labs go on meanwhile."""
    send(guest, "/lab", profile="small")
    guest.open_lab()
    kill(labs.namespace, "web-ui")
    # Connections that lay idle meanwhile are closed at their other end.
    guest.http.close()
    assert guest.lab("GET", "/api/contents").status_code == 200
    reached = wait_until(lambda: _reached(guest, "/account/password"), "the web UI answers again", 60)
    assert reached == "/account/password"


def _reached(person: Person, path: str) -> str:
    """Where asking for a page ends; nothing while nobody answers."""
    try:
        return urlsplit(person.web(path).url).path
    except requests.RequestException:
        return ""


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ("no-image", "The image registry.invalid/lab:9 cannot be fetched; it is tried again and again."),
        ("no-node", "No node fits what was asked for."),
        ("no-memory", "No node has enough free memory for this."),
    ],
)
def test_page_says_at_once_what_a_start_waits_for(guest: Person, size: str, words: str) -> None:
    send(guest, "/lab", profile=size)
    assert words in told(guest, words)


def test_start_that_took_too_long_says_why_and_is_tried_again(guest: Person) -> None:
    send(guest, "/lab", profile="no-node")
    wait_until(
        lambda: "Try again" in main(guest), "the start has failed", START_SECONDS + 60, every_seconds=1
    )
    assert "No node fits what was asked for." in main(guest)
    send(guest, "/lab", profile="small")
    guest.open_lab()


def test_quota_that_is_used_up_is_named(labs: Labs, guest: Person) -> None:
    labs.namespace.kubectl("apply", "-f", "-", given=json.dumps(QUOTA))
    try:
        send(guest, "/lab", profile="small")
        wait_until(lambda: "Try again" in main(guest), "the start has failed", START_SECONDS + 60)
        assert "The quota labs of this part of the cluster is used up." in main(guest)
    finally:
        labs.namespace.kubectl("delete", "resourcequota", "labs")


def test_administrators_see_pods_and_what_is_the_matter_with_a_lab(labs: Labs, guest: Person) -> None:
    admin = Person(labs, "Admin").log_in("admin")  # type: ignore[arg-type]
    send(guest, "/lab", profile="no-image")
    trouble = "The image registry.invalid/lab:9 cannot be fetched"
    health = wait_until(
        lambda: page if "lab-guest" in (page := main(admin, "/health")) and trouble in page else "",
        "the Lab's trouble is shown",
        START_SECONDS,
    )
    for part in (f"{RELEASE}-hub", f"{RELEASE}-proxy", f"{RELEASE}-web-ui"):
        assert part in health
    assert "JupyterHub starts people's Labs Works" in health
    assert "API server everything that pages show The API server is out of reach." in health


def test_page_offers_the_sizes_of_the_values(labs: Labs) -> None:
    offered = BeautifulSoup(Person(labs, "Guest").log_in("guest").web("/lab/status").text, "html.parser")  # type: ignore[arg-type]
    assert [str(each["value"]) for each in offered.select("input[name=profile]")] == [
        str(size["slug"]) for size in SIZES
    ]
