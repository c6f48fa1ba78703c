"""The Hub's log holds no secret."""

import json
import logging

import pytest
from kubeyard_hub.logs import JsonFormatter


def written(message: str) -> str:
    record = logging.LogRecord("JupyterHub", logging.INFO, __file__, 1, message, (), None)
    return str(json.loads(JsonFormatter().format(record))["event"])


@pytest.mark.parametrize(
    "message",
    [
        "302 GET /hub/oauth_callback?code=s3cret&state=x",
        "302 GET /hub/oauth_callback?code=x&state=s3cret",
        "302 GET /hub/oauth_callback?state=s3cret&code=x",
        "token=s3cret",
        "access_token=s3cret refresh_token=s3cret",
        "Authorization: token s3cret",
        "Authorization: Bearer s3cret",
        "client_secret=s3cret",
        "eyJhbGciOiJSUzI1NiJ9.s3cret.c2lnbmF0dXJl",
        "Failed for {'env': [{'name': 'JUPYTERHUB_API_TOKEN',\n  'value': 's3cret',\n  'value_from': None}]}",
    ],
)
def test_secret_is_blotted_out(message: str) -> None:
    assert "s3cret" not in written(message)


@pytest.mark.parametrize("message", ["the server has state=active", "200 GET /hub/api/users?state=active"])
def test_a_state_that_is_none_of_a_login_stays_readable(message: str) -> None:
    assert written(message) == message


def test_exception_is_one_line_and_scrubbed() -> None:
    try:
        raise ValueError("Bearer s3cret")
    except ValueError as error:
        trace = (type(error), error, error.__traceback__)
    record = logging.LogRecord("JupyterHub", logging.ERROR, __file__, 1, "failed", (), trace)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "s3cret" not in line
    assert "Traceback" in json.loads(line)["exception"]
