"""The OpenAPI 3.1 document, made from the table of endpoints."""

from typing import Any, Literal

from kubeyard_client.endpoints import ENDPOINTS, Auth, Endpoint, Media
from kubeyard_client.messages.base import Message, Request
from kubeyard_client.messages.errors import ErrorBody, ErrorCode
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

REFERENCE = "#/components/schemas/{model}"
ALWAYS = (ErrorCode.METHOD_NOT_ALLOWED, ErrorCode.INTERNAL)
BY_AUTH = {
    Auth.PUBLIC: (),
    Auth.SIGNED_IN: (ErrorCode.UNAUTHENTICATED,),
    Auth.OWNER: (ErrorCode.UNAUTHENTICATED, ErrorCode.FORBIDDEN, ErrorCode.NOT_FOUND),
    Auth.ADMIN: (ErrorCode.UNAUTHENTICATED, ErrorCode.FORBIDDEN),
}
BY_REQUEST = (
    ErrorCode.BAD_REQUEST,
    ErrorCode.TOO_LARGE,
    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
    ErrorCode.INVALID_REQUEST,
)


def openapi_document() -> dict[str, Any]:
    """The whole document, with endpoints in the table's order."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kubeyard API",
            "version": "1",
            "description": "Applications and kernels on YARN. What is private to another answers 404.",
        },
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for row in ENDPOINTS:
        paths.setdefault(row.url_path, {})[row.method.lower()] = _operation(row)
    return paths


def _operation(row: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": row.name,
        "summary": row.summary,
        "x-auth": row.auth.value,
        "security": [] if row.auth is Auth.PUBLIC else [{"token": []}],
        "parameters": [_path_parameter(name) for name in row.parameters],
        "responses": {str(row.status): _success(row)} | _failures(row),
    }
    if row.request is not None and row.takes_query:
        operation["parameters"] += _query_parameters(row.request)
    elif row.request is not None:
        operation["requestBody"] = {"content": {Media.JSON.value: {"schema": _reference(row.request)}}}
    return operation


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(kind: type[Request]) -> list[dict[str, Any]]:
    schema = kind.model_json_schema(ref_template=REFERENCE)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": field}
        for name, field in schema["properties"].items()
    ]


def _success(row: Endpoint) -> dict[str, Any]:
    if row.status == 204:
        return {"description": "Done"}
    schema = _reference(row.response) if row.response else {"type": "object"}
    if row.media is not Media.JSON:
        schema = {"type": "string"}
    return {"description": row.summary, "content": {row.media.value: {"schema": schema}}}


def _failures(row: Endpoint) -> dict[str, Any]:
    codes = (*ALWAYS, *BY_AUTH[row.auth], *(BY_REQUEST if row.request else ()), *row.errors)
    by_status: dict[str, list[str]] = {}
    for code in sorted(set(codes), key=lambda code: (code.status, code.value)):
        by_status.setdefault(str(code.status), []).append(code.value)
    content = {Media.JSON.value: {"schema": _reference(ErrorBody)}}
    return {
        status: {"description": " or ".join(names), "content": content} for status, names in by_status.items()
    }


def _reference(kind: type[Message] | type[Request]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=kind.__name__)}


def _schemas() -> dict[str, Any]:
    requests = {row.request for row in ENDPOINTS if row.request}
    responses = {row.response for row in ENDPOINTS if row.response} | {ErrorBody}
    wanted: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
        *((kind, "validation") for kind in sorted(requests, key=_name)),
        *((kind, "serialization") for kind in sorted(responses, key=_name)),
    ]
    _, definitions = models_json_schema(wanted, ref_template=REFERENCE)
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas


def _name(kind: type[BaseModel]) -> str:
    return kind.__name__
