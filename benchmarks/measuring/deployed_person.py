"""Somebody who logs in at a deployed web UI and opens JupyterLab, without a browser's own time."""

import time
from base64 import b64decode
from urllib.parse import urlsplit

import requests
from kubeyard_local.tour.browser import Browser
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from measuring.deployed import Deployed
from measuring.gateway_client import MeasurementError

LAB_SECONDS = 300
_LOOK_EVERY_SECONDS = 0.2


class Person:
    """One person's cookies and pages."""

    def __init__(self, deployed: Deployed, name: str, password: str) -> None:
        self.name = name
        self._password = password
        self._web_url = deployed.web_url
        self.browser = Browser(deployed.web_url)
        # As browsers do: what an idle connection, closed meanwhile at its other end, lost is asked for again.
        once_more = Retry(total=None, connect=0, read=1, status=0, other=0, allowed_methods=["GET"])
        self.browser.session.mount("http://", HTTPAdapter(max_retries=once_more))

    def log_in(self) -> None:
        """By the form."""
        form = self.browser.page("/login").form("/login")
        answer = self.browser.send(form, username=self.name, password=self._password)
        if not answer.ok or urlsplit(answer.url).path == "/login":
            raise MeasurementError(f"{self.name} cannot log in: {answer.status_code}")

    def open_lab(self) -> float:
        """Open JupyterLab as its button does, and return the seconds until it is there."""
        began = time.monotonic()
        address = f"{self._web_url}/lab"
        while time.monotonic() - began < LAB_SECONDS:
            answer = self.browser.session.get(address, timeout=60, headers={"Sec-Fetch-Mode": "navigate"})
            path = urlsplit(answer.url).path
            if answer.ok and path.startswith(f"/user/{self.name}/lab"):
                return time.monotonic() - began
            if answer.status_code >= requests.codes.bad_request and "/user/" not in path:
                raise MeasurementError(f"{self.name}: {answer.url} answered {answer.status_code}")
            address = answer.url
            time.sleep(_LOOK_EVERY_SECONDS)
        raise MeasurementError(f"{self.name}: no JupyterLab within {LAB_SECONDS} s; last: {address}")


def stop_lab(deployed: Deployed, name: str) -> None:
    """Stop somebody's Lab at the Hub, and wait until it is gone."""
    secret = deployed.objects("secrets", "--field-selector", "metadata.name=kubeyard-keys")[0]
    headers = {"Authorization": f"token {b64decode(secret['data']['hub-service-token']).decode()}"}
    url = f"{deployed.hub_url}/hub/api/users/{name}"
    requests.delete(f"{url}/server", headers=headers, timeout=60).raise_for_status()
    deadline = time.monotonic() + 60
    while requests.get(url, headers=headers, timeout=30).json().get("servers"):
        if time.monotonic() > deadline:
            raise MeasurementError(f"the Lab of {name} does not end")
        time.sleep(_LOOK_EVERY_SECONDS)
