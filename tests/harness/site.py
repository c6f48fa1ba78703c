"""The web UI with a real API server behind it, whose mirror of YARN a test writes as the poller does."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kubeyard_api.app import create_app
from kubeyard_api.builder.recipe import log_path
from kubeyard_api.parts import Parts, open_parts
from kubeyard_api.settings import Settings
from kubeyard_api.storage.builds import claim_next, find_build, finish, record_steps
from kubeyard_api.storage.environments_tables import WorkerSignRow
from kubeyard_api.storage.mirror import write_applications
from kubeyard_api.storage.schema import whole_schema
from kubeyard_api.storage.snapshots import APPLICATIONS, mark_unreachable, write_snapshot
from kubeyard_api.storage.tables import ChangeRow
from kubeyard_api.storage.worker_signs import give_sign, tell_if_missed
from kubeyard_client.messages.cluster import Amount, Cluster, Node, NodeList, Queue, QueueList
from kubeyard_client.messages.environments import BuildError, BuildState, BuildStep
from kubeyard_web.backend.known import EXTENSION as REMEMBERED
from kubeyard_yarn.applications import Application
from requests.cookies import RequestsCookieJar
from sqlalchemy import delete
from werkzeug.serving import ThreadedWSGIServer

from harness.waiting import wait_until
from harness.web_ui import NOWHERE, Browser, WebUi, running_web_ui

SERVICE_USER = "kubeyard"
CLUSTER = Cluster(
    memory_mb=Amount(used=6144, pending=2048, total=8192),
    vcores=Amount(used=5, pending=2, total=8),
    nodes_active=1,
    applications_running=2,
    applications_pending=1,
    containers_running=5,
)
QUEUES = (("default", 50.0, 4096, 0), ("interactive", 50.0, 4096, 6144))
NODE = Node(
    id="node1:8041",
    host="node1",
    http_address="node1:8042",
    rack="/default-rack",
    state="RUNNING",
    version="3.5.0",
    health_report="",
    containers=5,
    memory_used_mb=6144,
    memory_total_mb=8192,
    vcores_used=5,
    vcores_total=8,
    last_seen_at=None,
)


def queue(name: str, percent: float, guaranteed_mb: int, used_mb: int) -> Queue:
    """A leaf queue that may grow to the whole cluster."""
    return Queue(
        path=f"root.{name}",
        name=name,
        parent="root",
        is_leaf=True,
        is_open=True,
        guaranteed_percent=percent,
        limit_percent=100.0,
        used_percent=0.0,
        guaranteed_memory_mb=guaranteed_mb,
        limit_memory_mb=8192,
        memory_used_mb=used_mb,
        vcores_used=0,
        applications_running=0,
        applications_pending=0,
    )


class Site:
    """A running web UI and the API server that it asks."""

    def __init__(self, web: WebUi, parts: Parts, port: int, listener: socket.socket) -> None:
        self.web = web
        self.parts = parts
        self._port = port
        self._listener = listener
        self._logins: dict[str, RequestsCookieJar] = {}
        self._server: ThreadedWSGIServer | None = None
        self._thread: threading.Thread | None = None

    def visitor(self, name: str) -> Browser:
        """A browser in which this person has logged in."""
        browser = self.web.browser()
        if name not in self._logins:
            assert browser.log_in(name).status_code == 302, f"{name} could not log in"
            # No Hadoop runs here: from some moment on every page says so, and pages are compared.
            wait_until(
                lambda: "home could not be made" in browser.get("/account/password").text,
                f"the pages tell {name} of the missing home",
            )
            self._logins[name] = browser.http.cookies.copy()
        browser.http.cookies.update(self._logins[name])
        return browser

    def reset(self) -> None:
        """Forget what the test before has seen, made and broken; the people stay."""
        if self._server is None:
            self.start_api()
        self.web.app.extensions.pop(REMEMBERED, None)
        with self.parts.database.writing() as session:
            for table in reversed(whole_schema().sorted_tables):
                if table.name != ChangeRow.__tablename__:  # whoever follows the changes counts them
                    session.execute(delete(table))
        self.mirror_cluster()
        self.show_worker()

    def start_api(self) -> None:
        """Let the API server answer, at the address that the web UI knows."""
        if self._listener.fileno() < 0:
            self._listener = socket.create_server(("127.0.0.1", self._port))
        app = create_app(self.parts)
        self._server = ThreadedWSGIServer("127.0.0.1", self._port, app, fd=self._listener.fileno())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def stop_api(self) -> None:
        """Take the API server away: nobody listens at its address any more."""
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join(timeout=10)
            self._server.server_close()
            self._listener.close()
            self._server = None

    def mirror(self, *applications: Application) -> None:
        """Let the poller have seen these applications."""
        with self.parts.database.writing() as session:
            write_applications(session, applications, SERVICE_USER)
            write_snapshot(session, APPLICATIONS)

    def mirror_cluster(self, cluster: Cluster = CLUSTER) -> None:
        """Let the poller have seen the cluster, its queues and its node."""
        with self.parts.database.writing() as session:
            write_snapshot(session, "cluster", cluster)
            write_snapshot(session, "queues", QueueList(queues=tuple(queue(*row) for row in QUEUES)))
            write_snapshot(session, "nodes", NodeList(nodes=(NODE,)))
            write_snapshot(session, APPLICATIONS)

    def lose_cluster(self, reason: str) -> None:
        """Let the poller have found YARN out of reach."""
        with self.parts.database.writing() as session:
            mark_unreachable(session, reason)

    def show_worker(self, good_for_seconds: float = 3600) -> None:
        """Let a build worker have shown that it lives."""
        give_sign(self.parts.database, "test-worker", good_for_seconds)

    def lose_worker(self) -> None:
        """Let the worker's last sign have run out, and the server have told so."""
        self.show_worker(good_for_seconds=-1)
        tell_if_missed(self.parts.database)

    def forget_worker(self) -> None:
        """Let no worker ever have shown that it lives."""
        with self.parts.database.writing() as session:
            session.execute(delete(WorkerSignRow))

    def work_on_build(self, steps: Sequence[BuildStep] = ()) -> str:
        """Claim the oldest build as a worker does; return its id."""
        with self.parts.database.writing() as session:
            claim = claim_next(session, "test-worker", 600)
            assert claim, "no build waits"
            if steps:
                record_steps(session, claim, steps)
        return claim.build_id

    def write_log(self, build_id: str, text: str) -> None:
        """Add to a build's log as its worker does."""
        path = log_path(self.parts.settings.api_builds_dir, build_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as log:
            log.write(text)

    def end_build(self, build_id: str, state: BuildState, error: BuildError | None = None) -> None:
        """Finish a build as its worker does."""
        with self.parts.database.writing() as session:
            row = find_build(session, build_id)
            assert row
            finish(session, row, state, error)


@contextmanager
def running_site(folder: Path, gateway_url: str = NOWHERE, **changes: Any) -> Iterator[Site]:
    """Serve both in a folder; the cluster and the Hub are out of reach, and an unnamed gateway too."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        api_url = f"http://127.0.0.1:{port}"
        with running_web_ui(folder / "web", api_url=api_url, **changes) as web:
            parts = open_parts(_api_settings(folder, web, gateway_url))
            parts.database.migrate()
            site = Site(web, parts, port, listener)
            site.start_api()
            try:
                yield site
            finally:
                site.stop_api()
                parts.close()


def _api_settings(folder: Path, web: WebUi, gateway_url: str) -> Settings:
    return Settings(
        issuer=web.url,
        jwks_file=folder / "web" / "public" / "jwks.json",
        api_database_url=f"sqlite:///{folder}/api.sqlite",
        api_builds_dir=folder / "builds",
        kernelspecs_dir=folder / "kernelspecs",
        conda_channels=((folder / "no-channel").as_uri(),),
        rm_urls=(NOWHERE,),
        history_url=NOWHERE,
        httpfs_url=NOWHERE,
        gateway_url=gateway_url,
    )
