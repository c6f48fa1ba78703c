"""The web server: gunicorn with threads, each worker process with its own parts and watchers."""

import logging
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # it has no types
from gunicorn.config import Config  # type: ignore[import-untyped]  # it has no types
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # it has no types
from gunicorn.workers.base import Worker  # type: ignore[import-untyped]  # it has no types
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]  # it has no types

from kubeyard_api.app import create_app
from kubeyard_api.parts import Parts, open_parts
from kubeyard_api.poller import Poller
from kubeyard_api.settings import Settings
from kubeyard_api.tls import Tls
from kubeyard_api.worker_watch import WorkerWatch

# What is being answered may take this long; streams end at once. Supervisors wait for 30 s.
GRACEFUL_SECONDS = 20


class RootLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Leaves gunicorn's own lines to the process's JSON logs."""

    def setup(self, _cfg: Config) -> None:
        """Keep no handler of its own; requests are logged by the application."""
        self.error_log = logging.getLogger("gunicorn.error")
        self.error_log.propagate = True
        self.error_log.handlers = []
        self.access_log = logging.getLogger("gunicorn.access")
        self.access_log.disabled = True


class StreamEndingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Ends streams, which never end by themselves, as soon as it is told to stop."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Only note it here: a signal's handler must take no lock."""
        if self.alive:
            self.method_queue.defer(self.app.end_streams)
        super().handle_exit(sig, frame)


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn, configured by our settings alone."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._parts: Parts | None = None
        self._watchers: list[Poller | WorkerWatch] = []
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what it needs to know."""
        options: dict[str, Any] = {
            "bind": [self._settings.api_bind],
            "worker_class": StreamEndingWorker,
            "workers": self._settings.api_workers,
            "threads": self._settings.api_threads,
            "graceful_timeout": GRACEFUL_SECONDS,
            "keepalive": 15,
            "logger_class": RootLogger,
            "post_worker_init": self._begin,
            "worker_exit": self._end,
            "control_socket_disable": True,
            "proc_name": "kubeyard-api",
            **self._tls_options(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def _tls_options(self) -> dict[str, Any]:
        certificate, key = self._settings.api_tls_certificate, self._settings.api_tls_key
        if certificate is None or key is None:
            return {}
        tls = Tls(certificate, key)
        return {
            "certfile": str(certificate),
            "keyfile": str(key),
            "ssl_context": lambda _config, _default: tls.context(),
        }

    def load(self) -> Flask:
        """Make the application, in the worker process: connections do not survive a fork."""
        self._parts = open_parts(self._settings)
        return create_app(self._parts)

    def end_streams(self) -> None:
        """In the worker: let every stream end."""
        if self._parts is not None:
            self._parts.end_streams()

    def _begin(self, _worker: Worker) -> None:
        if self._parts is not None:
            self._watchers = [Poller(self._parts), WorkerWatch(self._parts)]
        for watcher in self._watchers:
            watcher.start()

    def _end(self, _arbiter: Any, _worker: Worker) -> None:
        for watcher in self._watchers:
            watcher.stop()
        if self._parts is not None:
            self._parts.close()
