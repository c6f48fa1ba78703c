"""A kernel that dies is an application that failed, although YARN calls it finished."""

from pathlib import Path

import pytest
from harness.api_server import api_settings, running_api
from harness.gateway import KernelClient
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_api.poller import Poller
from kubeyard_api.storage.database import Database
from kubeyard_client.client import KubeyardClient
from kubeyard_client.messages.applications import Application, ApplicationQuery, ApplicationState

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]


def listed(client: KubeyardClient, state: ApplicationState) -> dict[str, Application]:
    """The applications in the list that is filtered by this state."""
    page = client.list_applications(ApplicationQuery(state=(state,), limit=500))
    return {row.id: row for row in page.applications}


def test_a_kernel_that_dies_is_among_the_failed(yarn: YarnGateway, ada: KernelClient, tmp_path: Path) -> None:
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run("spark.version")
        channel.send("import os; os._exit(3)")
        channel.until_status("dead")
    ident = yarn.application(kernel_id).id
    url = f"sqlite:///{tmp_path}/api.db"
    database = Database(url)
    database.migrate()
    database.close()
    issuer = yarn.process.issuer
    rm_urls = tuple(yarn.process.environment["KUBEYARD_RM_URLS"].split(","))
    with running_api(api_settings(tmp_path, url, issuer, rm_urls=rm_urls), issuer) as api:
        poller = Poller(api.parts)
        poller.start()
        client = api.client("ada")
        failed = wait_until(
            lambda: listed(client, ApplicationState.FAILED).get(ident), "it is among the failed", 60
        )
        poller.stop()
        assert failed is not None
        assert (failed.state, failed.final_status) == (ApplicationState.FINISHED, "FAILED")
        assert ident not in listed(client, ApplicationState.FINISHED)
