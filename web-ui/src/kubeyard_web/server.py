"""Serving the application by gunicorn: one process, many threads, since each open page holds one."""

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn carries no types
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # gunicorn carries no types
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]  # gunicorn carries no types

from kubeyard_web.accounts.newcomers import prepare_accounts
from kubeyard_web.app import create_app
from kubeyard_web.ending import ending_of
from kubeyard_web.services import EXTENSION
from kubeyard_web.settings import Settings

# What is being answered may take this long; streams end at once. Supervisors wait for 30 s.
GRACEFUL_SECONDS = 20


class _PlainLogger(Logger):  # type: ignore[misc]
    """Gunicorn's events, through our own handlers."""

    def setup(self, cfg: Any) -> None:  # noqa: ARG002 - gunicorn names it
        self.error_log.handlers = []
        self.error_log.propagate = True
        self.access_log.handlers = []
        self.access_log.disabled = True


class _Worker(ThreadWorker):  # type: ignore[misc]
    """Ends streams, which never end by themselves, as soon as it is told to stop."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Only note it here: a signal's handler must take no lock."""
        if self.alive:
            self.method_queue.defer(self.app.end_streams)
        super().handle_exit(sig, frame)


class Server(BaseApplication):  # type: ignore[misc]
    """The web UI under gunicorn."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Everything comes from our own settings; gunicorn reads no file and no arguments."""
        options = {
            "bind": self._settings.web_bind,
            "worker_class": _Worker,
            "workers": 1,  # remembered tokens and rate limits live in the process
            "threads": self._settings.web_threads,
            "graceful_timeout": GRACEFUL_SECONDS,
            "control_socket_disable": True,  # it would write into the account's home, which may be read-only
            "logger_class": _PlainLogger,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the application, in the worker: threads do not survive a fork."""
        self._app = create_app(self._settings)
        prepare_accounts(self._app.extensions[EXTENSION])
        return self._app

    def end_streams(self) -> None:
        """In the worker: let every stream end."""
        ending_of(self._app).begin()
