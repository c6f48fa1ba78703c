"""How the service is, and what it offers."""

from importlib.metadata import version

from flask import Response, jsonify
from kubeyard_client.messages.service import Health, Readiness
from prometheus_client import CONTENT_TYPE_LATEST

from kubeyard_api.handling import Call, handles
from kubeyard_api.openapi import openapi_document
from kubeyard_api.services.readiness import readiness


@handles("healthz")
def healthz(_call: Call) -> Health:
    """It answers, so it lives."""
    return Health(status="alive", version=version("kubeyard-api"))


@handles("readyz")
def readyz(call: Call) -> Response:
    """What is missing, with 503 while requests cannot be served."""
    state: Readiness = readiness(call.parts)
    return Response(state.model_dump_json(), 200 if state.ready else 503, mimetype="application/json")


@handles("metrics")
def metrics(call: Call) -> Response:
    """The counters of this process."""
    return Response(call.parts.metrics.text(), content_type=CONTENT_TYPE_LATEST)


@handles("openapi")
def openapi(_call: Call) -> Response:
    """This API in the words of OpenAPI."""
    return jsonify(openapi_document())
