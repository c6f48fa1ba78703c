"""The Lab's log holds no secret."""

import json
import logging

import pytest
from kubeyard_lab.logs import JsonFormatter


def written(message: str) -> str:
    record = logging.LogRecord("ServerApp", logging.INFO, __file__, 1, message, (), None)
    return str(json.loads(JsonFormatter().format(record))["event"])


@pytest.mark.parametrize(
    "message",
    [
        "GET /lab?token=s3cret",
        "GET /oauth_callback?code=s3cret&x=1",
        "302 GET /user/ada/oauth_callback?code=x&state=s3cret (@::1) 2ms",
        "Authorization: Bearer s3cret",
        "Authorization: token s3cret",
        "Setting new xsrf cookie for b's3cret' {'path': '/user/ada/'}",
        "got eyJhbGciOiJSUzI1NiJ9.s3cret.c2lnbmF0dXJl",
    ],
)
def test_secret_is_blotted_out(message: str) -> None:
    assert "s3cret" not in written(message)


@pytest.mark.parametrize(
    "message",
    ["200 GET /user/ada/api/kernels (ada) 3.1ms", "kernel 7 has state=active and execution_state=idle"],
)
def test_the_rest_stays(message: str) -> None:
    assert written(message) == message
