"""The API server before a gateway that speaks TLS."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.api_server import api_settings, running_api
from harness.applications import kernel_application
from harness.gateway import GatewayProcess, gateway_without_hadoop, local_kernelspec
from harness.tls import serve_with_tls
from kubeyard_api.storage.mirror import write_applications

from .conftest import SERVICE_USER, copy_of_migrated_sqlite

pytestmark = pytest.mark.slow
SPEC = "ada.science"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return SQLite's alone: nothing here asks the database."""
    return copy_of_migrated_sqlite(request, tmp_path)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with gateway_without_hadoop(tmp_path_factory.mktemp("gateway"), serve_with_tls) as started:
        local_kernelspec(started.folder / "kernelspecs", "ada", "science", public=False)
        yield started


def test_kernels_are_listed_and_stopped_over_tls(
    gateway: GatewayProcess, database_url: str, tmp_path: Path
) -> None:
    kernel_id = gateway.client("ada").start(SPEC)
    place = {"gateway_url": gateway.url, "gateway_ca_file": Path(gateway.ca_file or "")}
    with running_api(api_settings(tmp_path, database_url, gateway.issuer, **place), gateway.issuer) as api:
        with api.parts.database.writing() as session:
            write_applications(session, [kernel_application(1, "ada", kernel_id, SPEC)], SERVICE_USER)
        client = api.client("ada")
        assert [kernel.id for kernel in client.list_kernels().kernels] == [kernel_id]
        client.stop_kernel(kernel_id)
    assert gateway.client("ada").kernel_ids() == []


def test_a_gateway_of_an_unknown_authority_is_told_with_the_setting(
    gateway: GatewayProcess, database_url: str, tmp_path: Path
) -> None:
    settings = api_settings(tmp_path, database_url, gateway.issuer, gateway_url=gateway.url)
    with running_api(settings, gateway.issuer) as api:
        listed = api.client("ada").list_kernels()
    assert not listed.gateway_reachable
    assert "KUBEYARD_GATEWAY_CA_FILE" in listed.gateway_reason
