"""`python -m kubeyard_gateway.prove`: one small kernel through the gateway, with a Spark job in it."""

import argparse
import asyncio
import json
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from kubeyard_gateway.app import AUDIENCE
from kubeyard_gateway.kernelspecs import DEFAULT_KERNEL
from kubeyard_gateway.temporary_key import temporary_tokens

START_SECONDS = 180.0
CELL_SECONDS = 240.0
# What only Spark can answer, so that an executor takes part: the sum of 0 to 999.
CELL = "print(spark.range(1000).selectExpr('sum(id) AS total').collect()[0].total)"
EXPECTED = "499500"


class NotProven(Exception):  # noqa: N818 - it names what happened
    """The kernel did not do what it should; the message says at which step, and why."""


class Settings(BaseSettings):
    """Where the gateway serves, and how its clients are known: settings of the gateway's container."""

    model_config = SettingsConfigDict(env_prefix="KUBEYARD_", extra="ignore", env_ignore_empty=True)

    gateway_url: str
    gateway_ca_file: Path | None = None
    jwks_file: Path
    issuer: str = "http://127.0.0.1:5000"
    service_user: str = Field(default="kubeyard")


@dataclass(frozen=True)
class Gateway:
    """The gateway, asked as one person."""

    url: str
    token: str
    ca_file: Path | None

    def request(
        self, path: str, method: str = "GET", body: str | None = None, seconds: float = 30
    ) -> HTTPRequest:
        return HTTPRequest(
            f"{self.url}{path}",
            method=method,
            body=body,
            headers={"Authorization": f"Bearer {self.token}"},
            connect_timeout=10,
            request_timeout=seconds,
            ca_certs=str(self.ca_file) if self.ca_file else None,
        )

    async def send(self, what: str, request: HTTPRequest) -> Any:
        """Return the JSON answer, None where there is none; raises NotProven with the gateway's reason."""
        try:
            answer = await AsyncHTTPClient().fetch(request)
        except HTTPError as error:
            told = error.response.body.decode(errors="replace") if error.response else str(error)
            raise NotProven(f"{what}: {_reason(told)}") from error
        except OSError as error:
            raise NotProven(f"{what}: {self.url} cannot be reached: {error}") from error
        return json.loads(answer.body) if answer.body else None


def _reason(told: str) -> str:
    try:
        found = json.loads(told)
    except ValueError:
        return told[:500]
    return str(found.get("message") or found.get("reason") or told)[:500]


async def prove(settings: Settings, user: str, kernelspec: str, began: float) -> None:
    """Start a kernel, have it compute, stop it; raises NotProven."""
    with temporary_tokens(settings.jwks_file, settings.issuer, AUDIENCE) as token_for:
        gateway = Gateway(settings.gateway_url.rstrip("/"), token_for(user), settings.gateway_ca_file)
        wish = gateway.request("/api/kernels", "POST", json.dumps({"name": kernelspec}), START_SECONDS)
        kernel = await gateway.send("the kernel did not start", wish)
        _say(began, f"a kernel of {kernelspec} started as {user}")
        try:
            await _compute(gateway, kernel["id"])
            _say(began, "Spark computed in it")
        finally:
            stop = gateway.request(f"/api/kernels/{kernel['id']}", "DELETE", seconds=60)
            await gateway.send("the kernel did not stop", stop)
        _say(began, "it stopped")


async def _compute(gateway: Gateway, kernel_id: str) -> None:
    request = gateway.request(f"/api/kernels/{kernel_id}/channels?session_id={uuid.uuid4().hex}")
    request.url = request.url.replace("http", "ws", 1)
    try:
        async with asyncio.timeout(CELL_SECONDS):
            channel = await websocket_connect(request)
            try:
                output = await _run_cell(channel)
            finally:
                channel.close()
    except TimeoutError:
        raise NotProven(
            f"Spark gave no answer within {CELL_SECONDS:g} s; its application waits for executors, or nodes "
            "cannot reach each other: look at it in the ResourceManager's pages"
        ) from None
    except (HTTPError, OSError) as error:
        raise NotProven(f"the kernel's channels: {error}") from error
    if EXPECTED not in output:
        raise NotProven(f"Spark's answer was {output[-500:]!r}")


async def _run_cell(channel: WebSocketClientConnection) -> str:
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "username": "",
        "session": "",
        "version": "5.3",
    }
    content = {
        "code": CELL,
        "silent": False,
        "store_history": False,
        "user_expressions": {},
        "allow_stdin": False,
    }
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    await channel.write_message(json.dumps(message))
    output = ""
    while (received := await channel.read_message()) is not None:
        told = json.loads(received)
        if told.get("parent_header", {}).get("msg_id") != header["msg_id"]:
            continue
        if told["msg_type"] == "stream":
            output += told["content"]["text"]
        if told["msg_type"] == "execute_reply" and told["content"]["status"] != "ok":
            raise NotProven(f"the cell failed: {told['content'].get('evalue', '')}")
        if told["msg_type"] == "status" and told["content"]["execution_state"] == "idle":
            return output
    raise NotProven("the connection to the kernel was closed before it answered")


def _say(began: float, text: str) -> None:
    sys.stdout.write(f"{text} ({time.monotonic() - began:.1f} s)\n")
    sys.stdout.flush()


def main() -> int:
    """Return 0 when it was proven."""
    parser = argparse.ArgumentParser(prog="python -m kubeyard_gateway.prove", description=__doc__)
    parser.add_argument("--user", help="as whom the kernel runs; the service's own account unless given")
    parser.add_argument("--kernelspec", default=DEFAULT_KERNEL)
    given = parser.parse_args()
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            sys.stderr.write(f"KUBEYARD_{str(problem['loc'][0]).upper()}: {problem['msg']}\n")
        return 2
    try:
        asyncio.run(prove(settings, given.user or settings.service_user, given.kernelspec, time.monotonic()))
    except NotProven as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
