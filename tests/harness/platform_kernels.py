"""Kernels on the real platform, used without a browser: what the gateway and YARN know of them."""

import json
import time
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from kubeyard_yarn.applications import ACTIVE_STATES
from kubeyard_yarn.resource_manager import ResourceManager

from harness.gateway import KernelClient
from harness.platform import Platform

# The kernelspec that every platform has without an environment being built.
KERNELSPEC = "kubeyard.spark"


def client(platform: Platform, name: str) -> KernelClient:
    """A client of the gateway, with a token as the web UI would sign it for `name`."""
    secrets = platform.home / "state" / "secrets" / "web-signing-keys"
    jwk = json.loads(secrets.read_text())["keys"][-1]["jwk"]
    now = int(time.time())
    claims = {
        "iss": platform.environment["KUBEYARD_ISSUER"],
        "sub": name,
        "aud": ["kubeyard-gateway"],
        "iat": now,
        "exp": now + 600,
        "jti": name,
        "groups": [],
        "roles": ["user"],
    }
    key = jwt.algorithms.RSAAlgorithm.from_jwk(jwk)
    assert isinstance(key, RSAPrivateKey)
    return KernelClient(platform.url("GATEWAY"), jwt.encode(claims, key, "RS256", {"kid": jwk["kid"]}))


def active(platform: Platform, name: str) -> list[str]:
    """The identities of this person's applications that YARN has not ended."""
    manager = ResourceManager([platform.rm_url], "kubeyard")
    return [application.id for application in manager.applications(ACTIVE_STATES, tags=[f"user:{name}"])]


def records(platform: Platform) -> list[Path]:
    """What the gateway wrote down of kernels, to find them again after a restart."""
    return list((platform.home / "state" / "gateway" / "kernel_sessions").glob("*.json"))
