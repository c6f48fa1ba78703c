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

from kubeyard_identity.wrong_settings import problems_of
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketError, websocket_connect

from kubeyard_gateway.app import AUDIENCE
from kubeyard_gateway.kernelspecs import DEFAULT_KERNEL
from kubeyard_gateway.temporary_key import KeysNotChanged, temporary_tokens

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
    service_user: str = "kubeyard"


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
        try:
            return json.loads(answer.body) if answer.body else None
        except ValueError:
            raise self.is_none(what) from None

    async def start(self, kernelspec: str) -> str:
        """Return the new kernel's identity; raises NotProven."""
        what = "the kernel did not start"
        wish = self.request("/api/kernels", "POST", json.dumps({"name": kernelspec}), START_SECONDS)
        match await self.send(what, wish):
            case {"id": str(kernel_id)}:
                return kernel_id
        raise self.is_none(what)

    def is_none(self, what: str) -> NotProven:
        """What to raise where something else than a gateway answered."""
        return NotProven(f"{what}: {self.url} answers, but it is no gateway")


def _reason(told: str) -> str:
    """The gateway's own words, in an answer of JSON; of another the beginning."""
    try:
        return str(json.loads(told)["message"])
    except (ValueError, KeyError, TypeError):
        return told[:500]


async def prove(settings: Settings, user: str, kernelspec: str, began: float) -> None:
    """Start a kernel, have it compute, stop it; raises NotProven or KeysNotChanged."""
    with temporary_tokens(settings.jwks_file, settings.issuer, AUDIENCE) as token_for:
        gateway = Gateway(settings.gateway_url.rstrip("/"), token_for(user), settings.gateway_ca_file)
        kernel_id = await gateway.start(kernelspec)
        _say(began, f"a kernel of {kernelspec} started as {user}")
        before = ""
        try:
            await _compute(gateway, kernel_id)
            _say(began, "Spark computed in it")
        except NotProven as reason:
            before = f"{reason}. And then "
            raise
        finally:
            stop = gateway.request(f"/api/kernels/{kernel_id}", "DELETE", seconds=60)
            await gateway.send(f"{before}the kernel did not stop", stop)
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
    except (HTTPError, OSError, WebSocketError) as error:
        # One that was closed while we wrote says nothing more.
        raise NotProven(f"the kernel's channels: {str(error) or 'they were closed'}") from error
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
        sys.stderr.write(f"{problems_of(error.errors())}\n")
        return 2
    try:
        asyncio.run(prove(settings, given.user or settings.service_user, given.kernelspec, time.monotonic()))
    except (NotProven, KeysNotChanged) as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
