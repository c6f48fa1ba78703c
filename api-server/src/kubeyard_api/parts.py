"""What the server is made of: opened once a process, handed to everything that serves a request."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from kubeyard_identity import Verifier
from kubeyard_yarn.httpfs import HttpFs
from kubeyard_yarn.logs import ContainerLogs
from kubeyard_yarn.resource_manager import ResourceManager

from kubeyard_api.gateway import Gateway
from kubeyard_api.metrics import Metrics
from kubeyard_api.services.feed import Feed
from kubeyard_api.services.streams import Streams
from kubeyard_api.settings import Settings
from kubeyard_api.storage.database import Database

AUDIENCE = "kubeyard-api"
YARN_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class Parts:
    """The database, and everyone that the server speaks to."""

    settings: Settings
    database: Database
    verifier: Verifier
    resource_manager: ResourceManager
    container_logs: ContainerLogs
    httpfs: HttpFs
    gateway: Gateway
    feed: Feed
    streams: Streams
    metrics: Metrics

    def end_streams(self) -> None:
        """Let every open stream end: the process has been told to stop."""
        self.streams.end()
        self.feed.let_go()

    def close(self) -> None:
        """Let go of everything that was opened."""
        self.feed.close()
        self.database.close()


def open_parts(settings: Settings) -> Parts:
    """Open the database and make the clients; nothing is asked of anybody yet."""
    database = Database(settings.api_database_url)
    user, ca_file = settings.service_user, settings.hadoop_ca_file
    node_scheme = urlsplit(settings.rm_urls[0]).scheme
    metrics = Metrics()
    return Parts(
        settings=settings,
        database=database,
        verifier=Verifier(settings.jwks_file, settings.issuer, AUDIENCE, settings.clock_leeway_seconds),
        resource_manager=ResourceManager(settings.rm_urls, user, YARN_TIMEOUT_SECONDS, ca_file=ca_file),
        container_logs=ContainerLogs(settings.history_url, user, node_scheme=node_scheme, ca_file=ca_file),
        httpfs=HttpFs(settings.httpfs_url, user, ca_file=ca_file),
        gateway=Gateway(settings.gateway_url, settings.gateway_ca_file),
        feed=Feed(database),
        # The rest of the threads stays free for everything that is short.
        streams=Streams(settings.api_threads * 2 // 3, metrics),
        metrics=metrics,
    )
