"""Takes the reports of kernels that have started, without ever stopping the event loop for them."""

import asyncio
import base64
import contextlib
import hmac
import json
import socket
from typing import Any

import structlog
from Cryptodome.Cipher import AES, PKCS1_OAEP
from Cryptodome.Hash import SHA256
from Cryptodome.PublicKey import RSA
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from enterprise_gateway.services.processproxies.processproxy import ResponseManager

from kubeyard_gateway.settings import address_of

log = structlog.get_logger("kubeyard_gateway")
READ_TIMEOUT_SECONDS = 10
LONGEST_REPORT = 1 << 16
KEY_BITS = 2048


class Reports(ResponseManager):
    """The call-back port, in place of Enterprise Gateway's.

    Its own accept blocks the event loop for 5 of every 5.1 ms, and one idle connection stalls every
    start. This one serves each connection for itself, and believes only who holds the kernel's ticket:
    the public key is known to every container, so being sealed proves nothing.

    Made before any kernel by `Reports.instance`, it is what `ResponseManager.instance()` returns.
    """

    def __init__(self, address: str) -> None:
        """Bind `address` at once, so that a taken port is told at the start."""
        self._address = address
        self._awaited: dict[str, tuple[str, asyncio.Future[dict[str, Any]]]] = {}
        # Not the base class's own, which makes a key of 1024 bits, and slowly: no gateway would serve before.
        super(ResponseManager, self).__init__()
        self._private_key = _new_key()
        self._public_pem = self._private_key.publickey().export_key("PEM")
        self._start_response_manager()

    def _prepare_response_socket(self) -> None:
        host, port = address_of(self._address)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._response_socket = socket.create_server((host, port), family=family, backlog=128)
        self._response_socket.setblocking(False)
        self._response_ip, self._response_port = host, port

    def _start_response_manager(self) -> None:
        """Bind only: serving begins with the event loop."""
        self._prepare_response_socket()

    async def serve(self) -> None:
        """Take reports until cancelled."""
        server = await asyncio.start_server(self._receive, sock=self._response_socket, limit=LONGEST_REPORT)
        async with server:
            await server.serve_forever()

    def register_event(self, kernel_id: str) -> None:
        """Enterprise Gateway announces each kernel here; we wait by `expect`, which has a ticket."""

    def expect(self, kernel_id: str, ticket: str) -> "asyncio.Future[dict[str, Any]]":
        """Return the future that the report with this ticket will settle."""
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._awaited[kernel_id] = (ticket, future)
        return future

    def give_up(self, kernel_id: str) -> None:
        """Take no report for this kernel any more."""
        self._awaited.pop(kernel_id, None)

    @property
    def is_waiting(self) -> bool:
        """Whether any start still waits for its report, or is being undone."""
        return bool(self._awaited)

    def refuse_all(self, reason: str) -> None:
        """Tell every start that waits that its kernel will not come."""
        for _, future in self._awaited.values():
            if not future.done():
                future.set_result({"error": reason})

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(READ_TIMEOUT_SECONDS):
                content = await _read(reader)
            self._accept(self._decode_payload(content))
        except (TimeoutError, OSError, ValueError, KeyError, TypeError, IndexError) as error:
            log.warning("report_refused", reason=f"{type(error).__name__}: {error}"[:200])
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _accept(self, report: dict[str, Any]) -> None:
        kernel_id = str(report.pop("kernel_id"))
        ticket, future = self._awaited[kernel_id]
        if not hmac.compare_digest(ticket, str(report.pop("ticket", ""))):
            raise ValueError(f"the report for kernel {kernel_id} has another's ticket")
        self.give_up(kernel_id)
        if not future.done():
            future.set_result(report)

    def _decode_payload(self, data: bytes) -> dict[str, Any]:
        """Version 2 of the envelope only; version 0 is keyed by the kernel's public id, 1 is AES-ECB."""
        envelope = json.loads(base64.b64decode(data))
        if envelope["version"] != 2:
            raise ValueError("the report is sealed in a way that is not taken here")
        key = PKCS1_OAEP.new(self._private_key, hashAlgo=SHA256).decrypt(base64.b64decode(envelope["key"]))
        sealed = base64.b64decode(envelope["conn_info"])
        nonce, tag, body = sealed[:12], sealed[12:28], sealed[28:]
        payload = json.loads(AES.new(key, AES.MODE_GCM, nonce=nonce).decrypt_and_verify(body, tag))
        if not isinstance(payload, dict):
            raise ValueError("the report is no object")
        return payload


async def _read(reader: asyncio.StreamReader) -> bytes:
    content = b""
    while piece := await reader.read(LONGEST_REPORT):
        content += piece
        if len(content) > LONGEST_REPORT:
            raise ValueError("the report is too long")
    return content


def _new_key() -> RSA.RsaKey:
    """Return a private key as Enterprise Gateway reads it, made by OpenSSL: a tenth of the time."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    plain, pkcs8 = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    return RSA.import_key(made.private_bytes(serialization.Encoding.DER, pkcs8, plain))
