#!/usr/bin/env bash
# The gateway lives on Enterprise Gateway's own pins, so mypy must see that environment's packages, not the workspace's.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${KUBEYARD_TEST_GATEWAY_PYTHON:?the interpreter of the gateway environment; bash tests/run.sh sets it}"
exec mypy --config-file yarn/gateway/pyproject.toml --python-executable "$KUBEYARD_TEST_GATEWAY_PYTHON" yarn/gateway/src
