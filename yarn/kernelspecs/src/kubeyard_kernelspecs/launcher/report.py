"""Tells the gateway how to reach this kernel, sealed with the gateway's public key."""

import base64
import json
import socket
from collections.abc import Mapping

from .launch import Launch

TIMEOUT_SECONDS = 20


def own_address(launch: Launch) -> str:
    """Return this node's address on its way to the gateway; the kernel listens there and nowhere else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Connecting a datagram socket sends nothing: it only chooses the route.
        probe.connect(launch.gateway)
        return str(probe.getsockname()[0])


def send(launch: Launch, content: Mapping[str, object]) -> None:
    """Send `content` for this kernel, with the ticket that proves it comes from its container."""
    message = {**content, "kernel_id": launch.kernel_id, "ticket": launch.ticket}
    sealed = seal(json.dumps(message).encode(), launch.public_key)
    with socket.create_connection(launch.gateway, timeout=TIMEOUT_SECONDS) as connection:
        connection.sendall(sealed)


def seal(text: bytes, public_key: str) -> bytes:
    """Return `text` in Enterprise Gateway's envelope, version 1: AES, its key sealed by RSA."""
    # Of the environment in the container, not of the one that checks types.
    from Cryptodome.Cipher import AES, PKCS1_v1_5  # type: ignore[import-not-found]
    from Cryptodome.PublicKey import RSA  # type: ignore[import-not-found]
    from Cryptodome.Random import get_random_bytes  # type: ignore[import-not-found]
    from Cryptodome.Util.Padding import pad  # type: ignore[import-not-found]

    key = get_random_bytes(16)
    body = AES.new(key, AES.MODE_ECB).encrypt(pad(text, 16))
    sealed = PKCS1_v1_5.new(RSA.import_key(base64.b64decode(public_key))).encrypt(key)
    envelope = {
        "version": 1,
        "key": base64.b64encode(sealed).decode(),
        "conn_info": base64.b64encode(body).decode(),
    }
    return base64.b64encode(json.dumps(envelope).encode())
