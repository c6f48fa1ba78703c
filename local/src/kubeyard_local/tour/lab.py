"""Somebody's JupyterLab: reached through the Hub with the browser's cookies, used by its own interfaces."""

import time
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

import requests

from kubeyard_local.tour.browser import Browser
from kubeyard_local.tour.itinerary import UnexpectedError
from kubeyard_local.tour.kernel_channel import KernelChannel
from kubeyard_local.tour.page import Page

_START_SECONDS = 120
_KERNEL_START_SECONDS = 180
_PAUSE_SECONDS = 0.5
_FORGOTTEN_SECONDS = 30


@dataclass(frozen=True)
class Notebook:
    """An open notebook: its session at the Lab, and its kernel."""

    session_id: str
    kernel_id: str


class Lab:
    """A running JupyterLab of the browser's user."""

    def __init__(self, browser: Browser, hub_url: str, user: str, *, was_running: bool) -> None:
        self._session = browser.session
        self._hub_url = hub_url
        self._user = user
        self._base = f"{hub_url}/user/{user}/"
        self.was_running = was_running

    def kernelspecs(self) -> dict[str, str]:
        """The kernels of the launcher: display name by name."""
        found = self._ask("GET", "api/kernelspecs").json()["kernelspecs"]
        return {name: spec["spec"]["display_name"] for name, spec in found.items()}

    def make_notebook(self, path: str, kernelspec: str) -> None:
        """Save an empty notebook."""
        kernel = {"name": kernelspec, "display_name": kernelspec, "language": "python"}
        content = {"cells": [], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
        self._ask("PUT", f"api/contents/{quote(path)}", json={"type": "notebook", "content": content})

    def delete_notebook(self, path: str) -> None:
        """Remove it, if it is there."""
        self._ask("DELETE", f"api/contents/{quote(path)}", allowed=(404,))

    def open_notebook(self, path: str, kernelspec: str) -> Notebook:
        """Open a notebook, which starts its kernel."""
        wish = {"path": path, "name": path, "type": "notebook", "kernel": {"name": kernelspec}}
        session = self._ask("POST", "api/sessions", json=wish, timeout=_KERNEL_START_SECONDS).json()
        return Notebook(session["id"], session["kernel"]["id"])

    def close_notebook(self, notebook: Notebook) -> None:
        """End the session and its kernel."""
        self._ask("DELETE", f"api/sessions/{notebook.session_id}", allowed=(404, 410), timeout=60)

    def connect(self, notebook: Notebook) -> KernelChannel:
        """Open the notebook's WebSocket."""
        url = self._base.replace("http", "ws", 1) + f"api/kernels/{notebook.kernel_id}/channels"
        # The cookies that the session would send to this path.
        like = self._session.prepare_request(requests.Request("GET", f"{self._base}api/kernels"))
        headers = {"Cookie": like.headers.get("Cookie", ""), "Sec-Fetch-Mode": "websocket"}
        return KernelChannel(url, headers, self._hub_url)

    def kernel_state(self, kernel_id: str) -> str:
        """What the Lab says of the kernel; `dead` too when it no longer has it."""
        answer = self._ask("GET", f"api/kernels/{kernel_id}", allowed=(404,))
        return "dead" if answer.status_code == requests.codes.not_found else answer.json()["execution_state"]

    def replace_dead_kernel(self, notebook: Notebook, path: str, kernelspec: str) -> Notebook:
        """Restart a kernel that died, as JupyterLab does it: it lets go of the dead one and asks for another.

        The Lab forgets the notebook's session once it was told of the death; JupyterLab sees that in the
        list of sessions, which it asks for again and again.
        """
        deadline = time.monotonic() + _FORGOTTEN_SECONDS
        while notebook.session_id in (session["id"] for session in self._ask("GET", "api/sessions").json()):
            if time.monotonic() > deadline:
                raise UnexpectedError(
                    "the Lab keeps the dead kernel's session, so that no restart is offered"
                )
            time.sleep(_PAUSE_SECONDS)
        return self.open_notebook(path, kernelspec)

    def stop(self) -> None:
        """Stop this Lab at the Hub, as the button of the Hub's own page does."""
        self._session.get(f"{self._hub_url}/hub/home", timeout=30)
        answer = self._session.delete(
            f"{self._hub_url}/hub/api/users/{self._user}/server",
            headers={"X-XSRFToken": self._xsrf("/hub/"), "Referer": f"{self._hub_url}/hub/home"},
            timeout=30,
        )
        if answer.status_code not in (202, 204, 404):
            raise UnexpectedError(f"the Hub did not stop the Lab: {answer.status_code} {answer.text[:200]}")

    def _ask(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        allowed: tuple[int, ...] = (),
        timeout: float = 30,
    ) -> requests.Response:
        headers = {"X-XSRFToken": self._xsrf(urlsplit(self._base).path), "Referer": f"{self._base}lab"}
        answer = self._session.request(method, self._base + path, json=json, headers=headers, timeout=timeout)
        if not answer.ok and answer.status_code not in allowed:
            raise UnexpectedError(
                f"the Lab answered {answer.status_code} to {method} {path}: {_said(answer)}"
            )
        return answer

    def _xsrf(self, path: str) -> str:
        return next(
            (
                cookie.value or ""
                for cookie in self._session.cookies
                if (cookie.name, cookie.path) == ("_xsrf", path)
            ),
            "",
        )


def open_lab(browser: Browser, link: str, user: str) -> Lab:
    """Follow the link Open JupyterLab until the Lab itself answers; a form for a password fails."""
    deadline = time.monotonic() + _START_SECONDS
    address, waited = urljoin(browser.web_url, link), False
    while time.monotonic() < deadline:
        answer = browser.session.get(address, timeout=30, headers={"Sec-Fetch-Mode": "navigate"})
        if answer.ok and urlsplit(answer.url).path.startswith(f"/user/{user}/lab"):
            return Lab(browser, answer.url.partition("/user/")[0], user, was_running=not waited)
        page = Page(answer.text)
        if page.root.first("input", type="password"):
            raise UnexpectedError(f"{answer.url} asks for a password again")
        if answer.status_code >= requests.codes.bad_request and "/user/" not in urlsplit(answer.url).path:
            raise UnexpectedError(f"{answer.url} answered {answer.status_code}: {page.text[:300]}")
        if "JupyterLab did not start" in page.title:
            raise UnexpectedError(f"{page.title}: {page.text[:500]}")
        waited = True
        # The page says how far the start is; asked again, it leads on once that is over.
        address = answer.url
        time.sleep(_PAUSE_SECONDS)
    raise UnexpectedError(f"JupyterLab was not there within {_START_SECONDS} s; last: {address}")


def _said(answer: requests.Response) -> str:
    try:
        return str(answer.json().get("message") or answer.json())[:300]
    except ValueError:
        return Page(answer.text).text[:300]
