"""The OpenAPI document: made from the table, and current where it is kept."""

import json
import re
from pathlib import Path
from typing import Any

from harness.api_server import ApiServer
from kubeyard_api.openapi import openapi_document
from kubeyard_client.endpoints import ENDPOINTS, Auth

KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_kept_document_is_current() -> None:
    kept = json.loads(KEPT.read_text())
    assert kept == openapi_document(), "run: python -m kubeyard_api openapi > docs/openapi.json"


def test_document_has_every_endpoint_with_its_rule() -> None:
    paths = openapi_document()["paths"]
    for row in ENDPOINTS:
        operation = paths[row.url_path][row.method.lower()]
        assert operation["operationId"] == row.name
        assert bool(operation["security"]) is (row.auth is not Auth.PUBLIC)
        assert ("401" in operation["responses"]) is (row.auth is not Auth.PUBLIC)
        named = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
        assert named == set(row.parameters)


def test_every_reference_leads_somewhere() -> None:
    document = openapi_document()
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)):
        found: Any = document
        for part in reference.split("/"):
            found = found[part]
        assert found


def test_server_shows_its_document_to_everybody(api: ApiServer) -> None:
    answer = api.send("GET", "/api/v1/openapi.json")
    assert answer.json() == json.loads(json.dumps(openapi_document()))
    assert answer.json()["openapi"] == "3.1.0"
