"""Restarting the gateway keeps people's kernels; stopping the platform ends them and forgets them."""

import json
import time
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from harness.gateway import KernelClient
from harness.platform import Platform
from kubeyard_local.supervision import Supervisor
from kubeyard_yarn.applications import ACTIVE_STATES
from kubeyard_yarn.resource_manager import ResourceManager

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(900)]
KERNELSPEC = "kubeyard.spark"


def client(platform: Platform, name: str) -> KernelClient:
    """A client with a token as the web UI would sign it."""
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


def active(platform: Platform) -> list[str]:
    manager = ResourceManager([platform.rm_url], "kubeyard")
    return [application.id for application in manager.applications(ACTIVE_STATES, tags=["user:guest"])]


def records(platform: Platform) -> list[Path]:
    return list((platform.home / "state" / "gateway" / "kernel_sessions").glob("*.json"))


def test_a_restarted_gateway_keeps_kernels_and_a_stopped_platform_has_none(platform: Platform) -> None:
    guest = client(platform, "guest")
    kernel_id = guest.start(KERNELSPEC)
    with guest.connect(kernel_id) as channel:
        channel.run("kept = 41")
    before = active(platform)
    first = Supervisor(platform.home / "run" / "supervisor.sock").state("gateway").pid
    restarted = platform.run("restart", "gateway", timeout_seconds=600)
    assert restarted.returncode == 0, restarted.stdout + restarted.stderr
    assert Supervisor(platform.home / "run" / "supervisor.sock").state("gateway").pid != first
    assert set(before) <= set(active(platform))
    assert kernel_id in guest.kernel_ids()
    with guest.connect(kernel_id) as channel:
        assert channel.run("kept + 1") == "42"
    stopped = platform.run("stop", timeout_seconds=600)
    left = records(platform)
    started = platform.run("start", timeout_seconds=900)
    assert stopped.returncode == 0, stopped.stdout + stopped.stderr
    assert started.returncode == 0, started.stdout + started.stderr
    assert left == []
    assert active(platform) == []
    assert client(platform, "guest").kernel_ids() == []
