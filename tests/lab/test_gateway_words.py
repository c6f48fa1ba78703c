"""What a refusal of the gateway reads like in JupyterLab's dialog."""

import io
import json

import pytest
from kubeyard_lab.gateway_words import GatewayRefusedError, plain
from tornado.httpclient import HTTPClientError, HTTPRequest, HTTPResponse
from tornado.web import HTTPError


def refused(status: int, body: bytes) -> HTTPError:
    """As jupyter_server wraps the gateway's answer."""
    request = HTTPRequest("http://gateway.example/api/kernels")
    response = HTTPResponse(request, status, buffer=io.BytesIO(body))
    error = HTTPError(status, "Error from Gateway: [%s]", "wrapped")
    error.__cause__ = HTTPClientError(status, "wrapped", response)
    return error


@pytest.mark.parametrize("status", [400, 403, 409, 500, 503])
def test_the_gateways_own_words_are_all_that_is_said(status: int) -> None:
    reason = "The queue interactive is full: 100% of 8 GiB are in use."
    told = plain(refused(status, json.dumps({"message": reason}).encode()))
    assert (str(told), told.status_code) == (reason, status)


def test_ended_token_does_not_look_like_a_logout() -> None:
    told = plain(refused(401, b'{"message": "token expired"}'))
    assert told.status_code == 503
    assert "sign-in is being renewed" in str(told)


def test_gateway_away_is_said_plainly() -> None:
    error = HTTPError(503, "ConnectionError was received from Gateway server url")
    error.__cause__ = ConnectionRefusedError()
    assert "cannot be reached" in str(plain(error))


def test_start_that_takes_too_long_says_where_to_look() -> None:
    assert "room in the queue" in str(plain(refused(599, b"")))


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b""])
def test_answer_without_words_still_gives_an_error(body: bytes) -> None:
    told = plain(refused(500, body))
    assert isinstance(told, GatewayRefusedError)
    assert str(told)
