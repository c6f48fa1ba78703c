"""The trial of an edge node: what it asks the gateway, and what is left of its key. (On YARN: tests/edge.)"""

import json
import subprocess
from pathlib import Path

import pytest
from harness.gateway import gateway_python
from harness.issuer import ISSUER, Issuer
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from kubeyard_identity import Verifier

pytestmark = pytest.mark.slow


class Refusing:
    """A gateway that starts no kernel, and knows by then who asked."""

    def __init__(self, jwks_file: Path) -> None:
        self.verifier = Verifier(jwks_file, ISSUER, "kubeyard-gateway")
        self.callers: list[str] = []

    def __call__(self, asked: Asked) -> Answer:
        token = asked.headers["Authorization"].removeprefix("Bearer ")
        self.callers.append(self.verifier.caller(token).name)
        return as_json({"message": "the queue interactive is full", "reason": "Forbidden"}, 403)


def losing(asked: Asked) -> Answer:
    """A gateway whose kernel starts, and can neither be reached nor stopped."""
    if asked.method == "POST":
        return as_json({"id": "k"}, 201)
    return as_json({"message": "there is no such kernel"}, 404)


def prove(gateway_url: str, jwks_file: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        "KUBEYARD_GATEWAY_URL": gateway_url,
        "KUBEYARD_GATEWAY_CA_FILE": "",
        "KUBEYARD_JWKS_FILE": str(jwks_file),
        "KUBEYARD_ISSUER": ISSUER,
    }
    return subprocess.run(
        [gateway_python(), "-m", "kubeyard_gateway.prove"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("keys_are_there", [True, False])
def test_a_refusal_is_told_and_the_keys_are_as_before(tmp_path: Path, keys_are_there: bool) -> None:
    jwks_file = tmp_path / "jwks.json"
    if keys_are_there:
        Issuer(jwks_file)
    before = json.loads(jwks_file.read_text()) if keys_are_there else None
    gateway = Refusing(jwks_file)
    with ScriptedServer(gateway) as server:
        done = prove(server.url, jwks_file)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "the kernel did not start: the queue interactive is full\n"
    assert gateway.callers == ["kubeyard"]
    assert (json.loads(jwks_file.read_text()) if jwks_file.exists() else None) == before
    assert [path for path in tmp_path.iterdir() if path != jwks_file] == []


def test_a_key_that_an_earlier_trial_left_goes_too(tmp_path: Path) -> None:
    jwks_file = tmp_path / "jwks.json"
    left = Issuer(jwks_file, "trial-0")
    kept = Issuer(jwks_file, "web", left.key)
    kept.publish(left, kept)
    prove("http://127.0.0.1:9", jwks_file)
    assert [key["kid"] for key in json.loads(jwks_file.read_text())["keys"]] == ["web"]


def test_what_failed_first_is_told_where_the_stop_fails_too(tmp_path: Path) -> None:
    Issuer(tmp_path / "jwks.json")
    with ScriptedServer(losing) as server:
        done = prove(server.url, tmp_path / "jwks.json")
    assert done.returncode == 1
    first, then = "the kernel's channels: HTTP 404: Not Found", "the kernel did not stop"
    assert done.stderr == f"{first}. And then {then}: there is no such kernel\n"


@pytest.mark.parametrize("content", [b"<html>", b"", b"{}", b"[]", b'{"id": 1}', b"\xff"])
def test_what_is_no_gateway_is_told(tmp_path: Path, content: bytes) -> None:
    Issuer(tmp_path / "jwks.json")
    with ScriptedServer(lambda _: Answer(content, 200)) as server:
        done = prove(server.url, tmp_path / "jwks.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"the kernel did not start: {server.url} answers, but it is no gateway\n"


def test_channels_that_are_none_are_told(tmp_path: Path) -> None:
    """As by a proxy on the way that does not know WebSockets."""
    Issuer(tmp_path / "jwks.json")
    with ScriptedServer(lambda _: as_json({"id": "k"})) as server:
        done = prove(server.url, tmp_path / "jwks.json")
    assert (done.returncode, done.stderr) == (1, "the kernel's channels: Non-websocket response\n")


@pytest.mark.parametrize("content", ["half a", '{"keys": 1}', '{"keys": ["a word"]}', "[]"])
def test_damaged_keys_are_left_as_they_are(tmp_path: Path, content: str) -> None:
    jwks_file = tmp_path / "jwks.json"
    jwks_file.write_text(content)
    done = prove("http://127.0.0.1:9", jwks_file)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"the public keys in {jwks_file} are damaged: install them again\n"
    assert jwks_file.read_text() == content


def test_keys_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    done = prove("http://127.0.0.1:9", tmp_path / "absent" / "jwks.json")
    assert done.returncode == 1
    assert "cannot be changed: [Errno 2] No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_setting_that_is_missing_is_named(tmp_path: Path) -> None:
    done = prove("", tmp_path / "jwks.json")
    assert done.returncode == 2
    assert done.stderr == "KUBEYARD_GATEWAY_URL is not set: set it in the environment of this service\n"


def test_a_gateway_out_of_reach_is_named_without_a_traceback(tmp_path: Path) -> None:
    done = prove("http://127.0.0.1:9", tmp_path / "jwks.json")
    assert done.returncode == 1
    assert "http://127.0.0.1:9 cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr
