"""What monitoring reads without a token, and what it must not learn."""

from pathlib import Path

from harness.api_server import ApiServer, api_settings, running_api
from harness.applications import application, application_id, ended, kernel_application
from harness.issuer import Issuer
from kubeyard_api.storage.worker_signs import give_sign
from kubeyard_client.messages.service import Readiness

from .conftest import Mirror


def test_metrics_count_requests_and_name_nobody(api: ApiServer, mirror: Mirror) -> None:
    mirror(application(1, "ada"), kernel_application(2, "ada", "k-1", "ada.science"), ended(3, "ada"))
    api.client("ada").list_applications()
    api.client("ada").show_application(application_id(1))
    api.send("GET", "/api/v1/applications/secret-thing")
    api.send("GET", "/somewhere/else")
    text = api.send("GET", "/metrics").text
    assert 'kubeyard_api_requests_total{endpoint="list-applications",status="200"} 1.0' in text
    assert 'kubeyard_api_requests_total{endpoint="unknown",status="404"} 1.0' in text
    assert "kubeyard_api_cluster_reachable" in text
    for secret in ("ada", "application_", "k-1", "secret-thing", "somewhere"):
        assert secret not in text


def test_ready_server_tells_that_cluster_and_worker_are_away(api: ApiServer, mirror: Mirror) -> None:
    answer = api.send("GET", "/readyz")
    state = Readiness.model_validate_json(answer.content)
    assert (answer.status_code, state.ready) == (200, True)
    assert {row.name: row.ready for row in state.dependencies} == {
        "database": True,
        "cluster": False,
        "build-worker": False,
        "public-keys": True,
    }
    mirror(application(1))
    give_sign(api.parts.database, "here:1:1", 60)
    told = Readiness.model_validate_json(api.send("GET", "/readyz").content)
    assert all(row.ready for row in told.dependencies)


def test_a_silent_worker_is_told_with_the_next_step(api: ApiServer) -> None:
    give_sign(api.parts.database, "here:1:1", -1)
    answer = api.send("GET", "/readyz")
    reasons = {row["name"]: row["reason"] for row in answer.json()["dependencies"]}
    assert answer.status_code == 200
    assert "no sign of life since 20" in reasons["build-worker"]
    assert "start `python -m kubeyard_api worker`" in reasons["build-worker"]


def test_server_without_its_schema_or_keys_is_not_ready(empty_database_url: str, tmp_path: Path) -> None:
    issuer = Issuer(tmp_path / "jwks.json")
    issuer.jwks_file.unlink()
    with running_api(api_settings(tmp_path, empty_database_url, issuer), issuer) as api:
        answer = api.send("GET", "/readyz")
    reasons = {row["name"]: row["reason"] for row in answer.json()["dependencies"]}
    assert answer.status_code == 503
    assert "migrate" in reasons["database"]
    assert "jwks.json" in reasons["public-keys"]
