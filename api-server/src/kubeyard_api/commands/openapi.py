"""Prints the OpenAPI document."""

import json
import sys

from kubeyard_api.openapi import openapi_document


def run() -> int:
    """Print it, stable from run to run so that it can be compared."""
    sys.stdout.write(json.dumps(openapi_document(), indent=2, sort_keys=True) + "\n")
    return 0
