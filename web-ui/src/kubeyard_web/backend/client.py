"""The API in the name of whoever looks at the page."""

from datetime import timedelta
from typing import cast

from flask import Flask, current_app
from kubeyard_client.client import KubeyardClient
from kubeyard_client.messages.cluster import Cluster

from kubeyard_web.backend.known import Known, ask_again_after
from kubeyard_web.shell.settings import PageSettings

EXTENSION = "kubeyard-api"
CLUSTER_AGE = timedelta(seconds=1)


def register_client(app: Flask, settings: PageSettings) -> None:
    """Make the one client of this process; each call carries the visitor's own token."""
    app.extensions[EXTENSION] = KubeyardClient(settings.api_url, settings.token_of_current_user)


def api() -> KubeyardClient:
    """Return the client for the request that is being answered."""
    return cast("KubeyardClient", current_app.extensions[EXTENSION])


def cluster() -> Known[Cluster]:
    """Return the cluster's sums, which every page's chip shows and which are the same for everybody."""
    return ask_again_after(CLUSTER_AGE, "cluster", api().show_cluster)
