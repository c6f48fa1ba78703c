"""Settings are refused by name, with the fix, before anything starts."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from kubeyard_hub.settings import HubSettings, SpawnerKind

from .settings import environment_in


def run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KUBEYARD_")}
    command = [sys.executable, "-m", "kubeyard_hub"]
    return subprocess.run(
        command, env=clean | environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_defaults_suit_one_machine(settings_of: Callable[..., HubSettings]) -> None:
    settings = settings_of()
    assert settings.hub_spawner is SpawnerKind.LOCAL
    assert settings.database_url.startswith("sqlite:///")
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.web_url == settings.issuer


def test_wrong_settings_end_the_start_with_every_reason_and_no_traceback(tmp_path: Path) -> None:
    environment = environment_in(tmp_path, HUB_SPAWNER="docker", GATEWAY_URL="gateway:8888")
    del environment["KUBEYARD_HUB_STATE_DIR"]
    done = run(environment)
    assert done.returncode == 2
    for name in ("KUBEYARD_HUB_SPAWNER", "KUBEYARD_GATEWAY_URL", "KUBEYARD_HUB_STATE_DIR: is not set"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_kubernetes_wants_an_image(tmp_path: Path) -> None:
    done = run(environment_in(tmp_path, HUB_SPAWNER="kubernetes"))
    assert done.returncode == 2
    assert "KUBEYARD_LAB_IMAGE: is not set" in done.stderr


@pytest.mark.parametrize(
    ("content", "mode", "problem"),
    [("", 0o600, "is empty"), ("secret", 0o604, "chmod 0600")],
    ids=["empty", "open to all"],
)
def test_secret_file_must_hold_a_secret(
    settings_of: Callable[..., HubSettings], tmp_path: Path, content: str, mode: int, problem: str
) -> None:
    file = tmp_path / "given"
    file.write_text(content)
    file.chmod(mode)
    with pytest.raises(ValueError, match=problem):
        settings_of(HUB_CLIENT_SECRET_FILE=str(file))


def test_missing_secret_file_is_named(settings_of: Callable[..., HubSettings], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nowhere cannot be read"):
        settings_of(HUB_PROXY_TOKEN_FILE=str(tmp_path / "nowhere"))


def test_short_key_is_refused_without_showing_it(
    settings_of: Callable[..., HubSettings], tmp_path: Path
) -> None:
    file = tmp_path / "short"
    file.touch(mode=0o600)
    file.write_text("abc123")
    with pytest.raises(ValueError, match="64 hex digits") as refusal:
        settings_of(HUB_CRYPT_KEY_FILE=str(file))
    assert "abc123" not in str(refusal.value)


@pytest.mark.parametrize("length", [15, 65])
def test_token_that_jupyterhub_would_end_by_is_refused_by_its_name(tmp_path: Path, length: int) -> None:
    file = tmp_path / "metrics-token"
    file.touch(mode=0o600)
    file.write_text("x" * length)
    done = run(environment_in(tmp_path, HUB_METRICS_TOKEN_FILE=str(file)))
    assert done.returncode == 2
    assert done.stderr == (
        f"kubeyard-hub: KUBEYARD_HUB_METRICS_TOKEN_FILE: {file} must hold a token of 16 to 64 letters; "
        "write: openssl rand -hex 32\n"
    )


def test_token_of_64_letters_is_taken(settings_of: Callable[..., HubSettings], tmp_path: Path) -> None:
    """As the chart makes it, and openssl by that command."""
    file = tmp_path / "metrics-token"
    file.touch(mode=0o600)
    file.write_text("x" * 64 + "\n")
    assert settings_of(HUB_METRICS_TOKEN_FILE=str(file)).hub_metrics_token_file == file


@pytest.mark.parametrize(("account", "problem"), [("root", "is root"), ("no-such-account", "not an account")])
def test_account_of_labs_must_exist_and_be_unprivileged(
    settings_of: Callable[..., HubSettings], account: str, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        settings_of(LAB_ACCOUNT=account)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only root can give Labs to another account")
def test_root_must_give_labs_an_account(settings_of: Callable[..., HubSettings]) -> None:
    with pytest.raises(ValueError, match="KUBEYARD_LAB_ACCOUNT must name"):
        settings_of(LAB_ACCOUNT="")


def test_local_labs_need_a_folder_for_homes(settings_of: Callable[..., HubSettings], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="KUBEYARD_LAB_HOMES"):
        settings_of(LAB_HOMES=str(tmp_path / "absent"))
