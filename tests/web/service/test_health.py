"""Whether the web UI lives, can serve, and what it counts."""

from pathlib import Path

from harness.web_ui import NOWHERE, WebUi, running_web_ui
from sqlalchemy import text


def test_alive_and_ready(web_ui: WebUi) -> None:
    assert web_ui.browser().get("/healthz").json() == {"status": "ok"}
    ready = web_ui.browser().get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "checks": {"database": "ok", "signing_keys": "ok"}}


def test_not_ready_while_the_database_is_of_an_older_program(tmp_path: Path) -> None:
    with running_web_ui(tmp_path) as web_ui:
        with web_ui.services.database.connection() as connection:
            connection.execute(text("UPDATE web_schema_version SET version_num = '0000'"))

        answer = web_ui.browser().get("/readyz")

    assert answer.status_code == 503
    assert "run migrate" in answer.json()["checks"]["database"]


def test_ready_when_an_upgrade_has_brought_newer_tables(tmp_path: Path) -> None:
    with running_web_ui(tmp_path) as web_ui:
        with web_ui.services.database.connection() as connection:
            connection.execute(text("UPDATE web_schema_version SET version_num = '9999'"))

        assert web_ui.browser().get("/readyz").status_code == 200


def test_ready_while_the_edge_and_the_hub_are_out_of_reach(web_ui: WebUi) -> None:
    assert web_ui.services.settings.api_url == NOWHERE
    assert web_ui.browser().get("/readyz").status_code == 200
    assert web_ui.browser().log_in("bob").status_code == 302


def test_not_ready_while_no_key_is_in_use(web_ui: WebUi) -> None:
    web_ui.services.settings.web_signing_keys_file.write_text('{"keys": []}')

    answer = web_ui.browser().get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["signing_keys"] == "unusable (LookupError)"


def test_not_ready_without_signing_keys_but_alive(web_ui: WebUi) -> None:
    web_ui.services.settings.web_signing_keys_file.unlink()

    answer = web_ui.browser().get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["signing_keys"] == "unusable (FileNotFoundError)"
    assert web_ui.browser().get("/healthz").status_code == 200


def test_requests_and_logins_are_counted_without_naming_anybody(web_ui: WebUi) -> None:
    web_ui.browser().log_in("bob", "wrong")
    web_ui.browser().log_in("bob")
    web_ui.browser().get("/nowhere/bob")

    counted = web_ui.browser().get("/metrics").text

    assert 'kubeyard_web_logins_total{outcome="refused"} 1.0' in counted
    assert 'kubeyard_web_logins_total{outcome="succeeded"} 1.0' in counted
    assert 'kubeyard_web_requests_total{endpoint="none",method="GET",status="404"} 1.0' in counted
    assert "bob" not in counted
