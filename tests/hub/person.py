"""Somebody with a browser: logs in at the web UI, and opens JupyterLab through the Hub."""

import re
from typing import Any
from urllib.parse import urlsplit

import requests
from harness.platform import Platform
from harness.waiting import wait_until

CSRF_FIELD = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
ANSWER_SECONDS = 60
LAB_SECONDS = 90


class Person:
    """One person's browser; keeps cookies, as browsers do without regard to ports."""

    def __init__(self, platform: Platform, name: str) -> None:
        self.platform = platform
        self.name = name
        self.http = requests.Session()

    def log_in(self, password: str) -> "Person":
        """Log in at the web UI."""
        page = self.http.get(f"{self.platform.url('WEB')}/login", timeout=ANSWER_SECONDS)
        found = CSRF_FIELD.search(page.text)
        assert found, page.text
        form = {"csrf_token": found.group(1), "username": self.name, "password": password}
        answer = self.http.post(
            f"{self.platform.url('WEB')}/login", data=form, timeout=ANSWER_SECONDS, allow_redirects=False
        )
        assert answer.status_code in (302, 303), answer.text
        return self

    def log_out(self, page: requests.Response) -> requests.Response:
        """Press the page's Log out, and go wherever that leads."""
        found = CSRF_FIELD.search(page.text)
        assert found, page.text
        return self.http.post(
            f"{self.platform.url('WEB')}/logout",
            data={"csrf_token": found.group(1)},
            headers={"Referer": page.url},
            timeout=ANSWER_SECONDS,
        )

    def visit(self, path: str) -> requests.Response:
        """Open an address behind the Hub's proxy, following every redirect."""
        return self.http.get(self.platform.url("HUB") + path, timeout=ANSWER_SECONDS)

    def web(self, path: str) -> requests.Response:
        """Open a page of the web UI, following every redirect."""
        return self.http.get(self.platform.url("WEB") + path, timeout=ANSWER_SECONDS)

    def open_lab(self) -> requests.Response:
        """Press Open JupyterLab, and wait until its page is there."""

        def lab_page() -> requests.Response | None:
            answer = self.visit("/hub/user-redirect/lab")
            assert urlsplit(answer.url).path != "/login", "a second login is asked for"
            return answer if urlsplit(answer.url).path == f"/user/{self.canonical}/lab" else None

        page = wait_until(lab_page, "JupyterLab is there", LAB_SECONDS, every_seconds=0.5)
        assert page is not None
        return page

    def lab(self, method: str, path: str, **more: Any) -> requests.Response:
        """Ask one's own Lab, as its pages do."""
        cookie = f"/user/{self.canonical}/"
        marks = [one.value for one in self.http.cookies if one.name == "_xsrf" and one.path == cookie]
        return self.http.request(
            method,
            f"{self.platform.url('HUB')}/user/{self.canonical}{path}",
            headers={"X-XSRFToken": marks[0] or ""} if marks else {},
            timeout=ANSWER_SECONDS,
            **more,
        )

    @property
    def canonical(self) -> str:
        """The name as the platform writes it."""
        return self.name.lower()


class HubService:
    """The Hub's interface as the web UI uses it."""

    def __init__(self, platform: Platform) -> None:
        self.url = f"{platform.url('HUB_INTERNAL')}/hub/api"
        self._headers = {"Authorization": f"token {platform.secrets['hub-service-token']}"}

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        """Ask with the service's token."""
        return requests.request(
            method, self.url + path, headers=self._headers, timeout=ANSWER_SECONDS, **more
        )

    def is_running(self, name: str) -> bool:
        """Whether this user's Lab runs."""
        return bool(self.send("GET", f"/users/{name}").json().get("server"))

    def stop_lab(self, name: str) -> None:
        """Stop a Lab and wait until it is gone."""
        self.send("DELETE", f"/users/{name}/server")
        wait_until(lambda: not self.is_running(name), f"the Lab of {name} is gone")
