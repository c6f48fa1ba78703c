"""What the web UI is told from outside, and how it refuses what is wrong."""

from pathlib import Path
from typing import Any

import pytest
from harness.web_ui import settings_in
from kubeyard_web.settings import WrongSettings, load

NAMES = (
    "JWKS_FILE",
    "WEB_DATABASE_URL",
    "WEB_SECRET_KEY_FILE",
    "WEB_SIGNING_KEYS_FILE",
    "WEB_HUB_CLIENT_SECRET_FILE",
)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with all that must be set."""
    settings = settings_in(tmp_path)
    for name in NAMES:
        monkeypatch.setenv(f"KUBEYARD_{name}", str(getattr(settings, name.lower())))
    return monkeypatch


def test_settings_come_from_the_environment(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("KUBEYARD_ISSUER", "https://kubeyard.example/")
    environment.setenv("KUBEYARD_WEB_DEMO", "1")

    settings = load()

    assert settings.issuer == "https://kubeyard.example"
    assert settings.web_demo
    assert len(settings.secret_key) == 64


@pytest.mark.parametrize("name", NAMES)
def test_what_is_missing_is_named(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(f"KUBEYARD_{name}")

    with pytest.raises(WrongSettings, match=f"KUBEYARD_{name} is not set"):
        load()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("WEB_BIND", "5000", "is not host:port; give for example 127.0.0.1:5000"),
        ("WEB_BIND", "127.0.0.1:70000", "is not host:port"),
        ("HUB_URL", "127.0.0.1:8000", "is not an http"),
        ("ISSUER", "ftp://x", "is not an http"),
        ("WEB_DATABASE_URL", "mysql://x", "is neither sqlite"),
        ("WEB_TOKEN_SECONDS", "601", "less than or equal to 600"),
        ("WEB_SECRET_KEY_FILE", "/nowhere/key", "is not there; make it with mode 0600"),
        ("LOG_LEVEL", "LOUD", "'DEBUG', 'INFO'"),
        ("WEB_DEMO", "perhaps", "boolean"),
    ],
)
def test_what_is_wrong_is_named_with_its_fix(
    environment: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    environment.setenv(f"KUBEYARD_{name}", value)

    with pytest.raises(WrongSettings, match=f"KUBEYARD_{name} ") as refused:
        load()

    assert told in str(refused.value)


@pytest.mark.parametrize("issuer", ["http://kubeyard.example", "http://10.0.0.5:5000"])
def test_passwords_do_not_travel_readable_unless_told_so(
    environment: pytest.MonkeyPatch, issuer: str
) -> None:
    environment.setenv("KUBEYARD_ISSUER", issuer)
    with pytest.raises(WrongSettings, match="KUBEYARD_WEB_PLAIN_HTTP=1"):
        load()

    environment.setenv("KUBEYARD_WEB_PLAIN_HTTP", "1")

    assert load().issuer == issuer


def test_all_that_is_wrong_is_told_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("KUBEYARD_WEB_BIND", "x")
    environment.setenv("KUBEYARD_HUB_URL", "x")

    with pytest.raises(WrongSettings) as refused:
        load()

    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize(("mode", "content", "told"), [(0o644, "x", "chmod 600"), (0o600, " \n", "is empty")])
def test_a_secret_that_others_may_read_is_refused(tmp_path: Path, mode: int, content: str, told: str) -> None:
    secret = tmp_path / "open-secret"
    secret.write_text(content)
    secret.chmod(mode)

    with pytest.raises(ValueError, match=told):
        settings_in(tmp_path, web_secret_key_file=secret)


def test_a_secret_that_its_group_may_read_is_taken_as_pods_are_given_it(tmp_path: Path) -> None:
    secret = tmp_path / "mounted-secret"
    secret.write_text("a secret")
    secret.chmod(0o440)

    assert settings_in(tmp_path, web_secret_key_file=secret).secret_key == "a secret"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_named_in_any_usual_way(tmp_path: Path, scheme: str) -> None:
    settings: Any = settings_in(tmp_path, web_database_url=f"{scheme}://kubeyard@db/kubeyard")

    assert settings.web_database_url == "postgresql+psycopg://kubeyard@db/kubeyard"
