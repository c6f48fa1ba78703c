"""From the web UI's login to a Lab: the real Hub, proxy, web UI and Labs."""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import requests
from harness.platform import Platform
from harness.rights import NONE, rights_in
from harness.waiting import wait_until

from .person import ANSWER_SECONDS, HubService, Person

pytestmark = pytest.mark.daemons


@pytest.fixture
def guest(platform: Platform) -> Person:
    """Guest, logged in at the web UI and nowhere else."""
    return Person(platform, "Guest").log_in("guest")


@pytest.fixture
def admin(platform: Platform) -> Person:
    """Admin, logged in at the web UI and nowhere else."""
    return Person(platform, "Admin").log_in("admin")


@pytest.fixture
def hub(platform: Platform) -> HubService:
    """The Hub's interface, with the web UI's token."""
    return HubService(platform)


@pytest.fixture
def guests_lab(guest: Person, hub: HubService) -> Iterator[Person]:
    """Guest, with a running Lab that is stopped in the end."""
    guest.open_lab()
    yield guest
    hub.stop_lab("guest")


def process_of_lab(platform: Platform, name: str) -> psutil.Process:
    """The process of a user's Lab."""
    home = str(platform.home / "labs" / name)
    (found,) = (
        one
        for one in psutil.process_iter(["environ"])
        if (one.info["environ"] or {}).get("JUPYTERHUB_ROOT_DIR") == home
    )
    return found


def exchange(platform: Platform, hub_token: str) -> requests.Response:
    """Ask the web UI for a gateway token."""
    return requests.post(
        f"{platform.url('WEB')}/api/token",
        headers={"Authorization": f"token {hub_token}"},
        timeout=ANSWER_SECONDS,
    )


def test_lab_opens_without_a_second_login(guests_lab: Person) -> None:
    page = guests_lab.open_lab()
    assert page.status_code == 200
    assert '"hubUser": "guest"' in page.text


def test_lab_opens_by_the_web_uis_button_where_somebody_wants_to_be(guests_lab: Person) -> None:
    page = guests_lab.web("/lab?next=/user/guest/lab/tree/Welcome.ipynb")
    assert page.status_code == 200
    assert urlsplit(page.url).path == "/user/guest/lab/tree/Welcome.ipynb"


def test_stopped_lab_is_not_started_by_looking_at_it(
    platform: Platform, guest: Person, hub: HubService
) -> None:
    guest.open_lab()
    hub.stop_lab("guest")
    page = guest.visit("/user/guest/lab")
    assert page.status_code == 424
    assert "JupyterLab is not running" in page.text
    assert not hub.is_running("guest")


def test_stranger_is_sent_to_the_web_uis_login(platform: Platform) -> None:
    page = Person(platform, "eve").visit("/hub/user-redirect/lab")
    assert page.url.startswith(f"{platform.url('WEB')}/login")


def test_who_logs_out_of_jupyterlab_is_led_to_the_providers_logout(platform: Platform) -> None:
    guest = Person(platform, "Guest").log_in("guest")
    guest.visit("/hub/home")
    asked = guest.visit("/hub/logout")
    assert asked.url == f"{platform.url('WEB')}/oauth/logout"
    assert "Log out of Kubeyard?" in asked.text
    left = guest.log_out(asked)
    assert left.url == f"{platform.url('WEB')}/login"
    assert guest.visit("/hub/user-redirect/lab").url.startswith(f"{platform.url('WEB')}/login")


def test_others_lab_is_closed_to_a_user(admin: Person, guest: Person, hub: HubService) -> None:
    admin.open_lab()
    try:
        assert guest.visit("/user/admin/lab").status_code in (403, 404)
        assert guest.visit("/user/admin/api/contents").status_code in (403, 404)
    finally:
        hub.stop_lab("admin")


def test_lab_offers_the_gateways_kernels_and_nothing_that_runs_here(guests_lab: Person) -> None:
    names = guests_lab.lab("GET", "/api/kernelspecs").json()["kernelspecs"]
    assert "python3" not in names
    assert guests_lab.lab("POST", "/api/terminals").status_code == 404


def test_lab_runs_without_rights_and_its_home_is_private(platform: Platform, guests_lab: Person) -> None:
    rights = rights_in(Path(f"/proc/{process_of_lab(platform, 'guest').pid}/status").read_text())
    # Without root nobody can lower the bounding set; without new privileges it gives nothing either.
    kept = {} if platform.separate_accounts else {"CapBnd": rights["CapBnd"]}
    assert rights == NONE | kept
    home = platform.home / "labs" / "guest"
    assert home.stat().st_mode & 0o777 == 0o700
    if platform.separate_accounts:
        assert pwd.getpwuid(home.stat().st_uid).pw_name == "kubeyard-lab"
        assert process_of_lab(platform, "guest").username() == "kubeyard-lab"


def test_uploaded_configuration_is_not_run(platform: Platform, guests_lab: Person, hub: HubService) -> None:
    trace = platform.home / "labs" / "guest" / "trace"
    names = ("jupyter_server_config.py", "sitecustomize.py", "jupyterlab.py", "kubeyard_lab.py")
    for name in names:
        body = {"type": "file", "format": "text", "content": f"open({str(trace)!r}, 'w')"}
        assert guests_lab.lab("PUT", f"/api/contents/{name}", json=body).status_code in (200, 201)
    hub.stop_lab("guest")
    guests_lab.open_lab()
    for name in names:
        guests_lab.lab("DELETE", f"/api/contents/{name}")
    assert not trace.exists()


def test_labs_own_token_buys_its_users_token_and_a_visitors_does_not(
    platform: Platform, guests_lab: Person
) -> None:
    own = process_of_lab(platform, "guest").environ()["JUPYTERHUB_API_TOKEN"]
    assert exchange(platform, own).status_code == 200
    guests_lab.visit("/hub/token")
    mark = next(one.value for one in guests_lab.http.cookies if one.name == "_xsrf" and one.path == "/hub/")
    made = guests_lab.http.post(
        f"{platform.url('HUB')}/hub/api/users/guest/tokens",
        params={"_xsrf": mark or ""},
        json={"note": "as a visitor's", "expires_in": 300, "scopes": ["read:users:name!user=guest"]},
        timeout=ANSWER_SECONDS,
    )
    assert made.status_code == 201, made.text
    assert exchange(platform, made.json()["token"]).status_code == 401


def test_web_uis_token_serves_labs_and_administers_nothing(hub: HubService, guests_lab: Person) -> None:
    assert hub.send("GET", "/users").status_code == 200
    assert hub.is_running("guest")
    assert hub.send("POST", "/users/mallory").status_code == 403
    assert hub.send("PATCH", "/users/guest", json={"admin": True}).status_code == 403
    assert hub.send("POST", "/users/guest/tokens", json={}).status_code == 403
    assert hub.send("POST", "/shutdown", json={}).status_code == 403


def test_admin_of_the_web_ui_is_admin_of_the_hub_and_guest_is_not(
    admin: Person, guest: Person, hub: HubService
) -> None:
    for person in (admin, guest):
        person.visit("/hub/home")
    assert hub.send("GET", "/users/admin").json()["admin"] is True
    assert hub.send("GET", "/users/guest").json()["admin"] is False


def test_hub_restart_leaves_labs_and_their_people_alone(platform: Platform, guests_lab: Person) -> None:
    before = process_of_lab(platform, "guest").pid
    done = platform.run("restart", "hub")
    assert done.returncode == 0, done.stdout + done.stderr
    assert guests_lab.lab("GET", "/api/contents").status_code == 200
    assert process_of_lab(platform, "guest").pid == before


def test_lab_that_died_is_noticed_and_starts_again(
    platform: Platform, guests_lab: Person, hub: HubService
) -> None:
    process_of_lab(platform, "guest").kill()
    wait_until(lambda: not hub.is_running("guest"), "the Hub noticed", timeout_seconds=20)
    assert guests_lab.open_lab().status_code == 200


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: it spoils a home that belongs to another account")
def test_lab_that_cannot_start_says_why(platform: Platform, guest: Person) -> None:
    home = platform.home / "labs" / "guest"
    aside = home.with_name("guest.aside")
    home.rename(aside)
    home.write_text("not a folder")
    try:
        page = guest.visit("/hub/spawn/guest")
        assert urlsplit(page.url).path == "/lab/status"
        wait_until(
            lambda: "home of guest cannot be prepared" in guest.web("/lab/status").text,
            "the reason is shown",
        )
        assert guest.visit("/hub/spawn-pending/guest").url.startswith(f"{platform.url('WEB')}/lab/status")
    finally:
        home.unlink()
        aside.rename(home)


def test_no_secret_is_in_a_log_or_a_command_line(platform: Platform, guests_lab: Person) -> None:
    token = process_of_lab(platform, "guest").environ()["JUPYTERHUB_API_TOKEN"]
    names = ("hub-client-secret", "hub-service-token", "hub-crypt-key", "hub-proxy-token")
    secrets = {token, *(platform.secrets[name] for name in names)}
    logs = [
        *(platform.home / "logs").glob("*.log"),
        *(platform.home / "state" / "hub" / "lab-logs").iterdir(),
    ]
    for log in logs:
        text = log.read_text(errors="replace")
        assert not [secret for secret in secrets if secret in text], log
    commands = " ".join(" ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"]))
    assert not [secret for secret in secrets if secret in commands]
