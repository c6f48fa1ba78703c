"""The web UI on a real server at a free port, with a clock that tests advance, and browsers that use it."""

import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import requests
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from kubeyard_web.accounts import users
from kubeyard_web.accounts.models import User
from kubeyard_web.accounts.newcomers import prepare_accounts
from kubeyard_web.accounts.passwords import hash_password
from kubeyard_web.app import create_app
from kubeyard_web.clock import Clock
from kubeyard_web.database import Database
from kubeyard_web.migrations.run import migrate
from kubeyard_web.security import SESSION_COOKIE
from kubeyard_web.services import EXTENSION, Services
from kubeyard_web.settings import Settings
from kubeyard_web.tokens.keys import SigningKeys
from werkzeug.serving import make_server

CSRF_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')
TIMEOUT_SECONDS = 10
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens, so a call fails at once


class AdvancingClock(Clock):
    """A clock that goes on as usual, and further when a test says so."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The moment it is by this clock."""
        return super().now() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass without waiting for it."""
        self._ahead += timedelta(seconds=seconds)


class Browser:
    """A person's browser: keeps cookies, sends the token of the form it saw."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()

    def get(self, path: str, **more: Any) -> requests.Response:
        """Open a page, without following redirects."""
        return self.http.get(urljoin(self.url, path), allow_redirects=False, timeout=TIMEOUT_SECONDS, **more)

    def post(self, path: str, form: dict[str, str], *, page: str | None = None) -> requests.Response:
        """Send the form of a page (by default the one at the same address)."""
        found = CSRF_FIELD.search(self.get(page or path).text)
        return self.post_bare(path, {"csrf_token": found.group(1)} | form if found else form)

    def post_bare(self, path: str, form: dict[str, str], **more: Any) -> requests.Response:
        """Send a form that was never opened."""
        where = urljoin(self.url, path)
        return self.http.post(where, data=form, allow_redirects=False, timeout=TIMEOUT_SECONDS, **more)

    def log_in(self, name: str, password: str | None = None, path: str = "/login") -> requests.Response:
        """Log in; by default with the password that tests give everybody."""
        form = {"username": name, "password": password or password_of(name)}
        if "next=" in path:
            form["next"] = unquote(path.partition("next=")[2])
        return self.post("/login", form, page=path)


def password_of(name: str) -> str:
    """The password that a test's user has."""
    return f"correct horse of {name}"


@cache
def _hash_of(name: str) -> str:
    return hash_password(password_of(name))


class WebUi:
    """A running web UI."""

    def __init__(self, url: str, app: Flask, clock: AdvancingClock) -> None:
        self.url = url
        self.app = app
        self.clock = clock

    @property
    def services(self) -> Services:
        """Its parts, to arrange what a test needs."""
        parts: Services = self.app.extensions[EXTENSION]
        return parts

    def add_user(self, name: str, *, is_admin: bool = False) -> None:
        """Add somebody who may log in."""
        with self.services.database.writing() as session:
            display_name = name.capitalize()
            now = self.clock.now()
            users.add(session, name, display_name, _hash_of(name), is_admin=is_admin, now=now)

    def disable(self, name: str) -> None:
        """Close an account."""
        with self.services.database.writing() as session:
            session.get_one(User, name).is_disabled = True

    def browser(self) -> Browser:
        """A browser in which nobody is logged in."""
        return Browser(self.url)

    def browser_of(self, name: str) -> Browser:
        """A browser in which this person is logged in, without the time that a password takes to check."""
        browser, login = self.browser(), self.services.sessions.begin(name)
        signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert signer is not None
        cookie = signer.dumps({"_user_id": login.token, "_fresh": True})
        browser.http.cookies.set(SESSION_COOKIE, cookie, domain=urlsplit(self.url).hostname)
        return browser


@cache
def _signing_keys() -> str:
    """One key for all web UIs of a test run: making it takes longer than most tests."""
    with TemporaryDirectory() as folder:
        private_file = Path(folder) / "private.json"
        SigningKeys(private_file, Path(folder) / "public.json", Clock()).ensure()
        return private_file.read_text()


@cache
def _migrated_database() -> bytes:
    """A database with all tables and nobody in it, to be copied."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "web.sqlite"
        database = Database(f"sqlite:///{file}")
        migrate(database)
        database.close()
        return file.read_bytes()


def settings_in(folder: Path, **changes: Any) -> Settings:
    """Settings of a web UI whose files lie in a folder, and whose Hub and API server nobody runs."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("secret-key", "hub-client-secret"):
        if not (folder / name).exists():
            (folder / name).touch(mode=0o600)
            (folder / name).write_text(secrets.token_hex(32))
    if not (folder / "signing-keys.json").exists():
        (folder / "signing-keys.json").touch(mode=0o600)
        (folder / "signing-keys.json").write_text(_signing_keys())
    usual: dict[str, Any] = {
        "jwks_file": folder / "public" / "jwks.json",
        "web_database_url": f"sqlite:///{folder}/web.sqlite",
        "web_secret_key_file": folder / "secret-key",
        "web_signing_keys_file": folder / "signing-keys.json",
        "web_hub_client_secret_file": folder / "hub-client-secret",
        "api_url": NOWHERE,
        "hub_api_url": f"{NOWHERE}/hub/api",
        "proxy_url": NOWHERE,
    }
    return Settings(**(usual | changes))


@contextmanager
def running_web_ui(folder: Path, **changes: Any) -> Iterator[WebUi]:
    """Serve a web UI from a folder; a second one from the same folder is the first one started again."""
    if "web_database_url" not in changes and not (folder / "web.sqlite").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "web.sqlite").write_bytes(_migrated_database())
    with make_server("127.0.0.1", 0, lambda _environ, _start: iter(()), threaded=True) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        clock = AdvancingClock()
        app = create_app(settings_in(folder, issuer=url, **changes), clock)
        parts: Services = app.extensions[EXTENSION]
        migrate(parts.database)
        prepare_accounts(parts)
        server.app = app
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="web-ui", daemon=True)
        thread.start()
        try:
            yield WebUi(url, app, clock)
        finally:
            server.shutdown()
            thread.join(TIMEOUT_SECONDS)
            parts.homes.close()
            parts.database.close()
