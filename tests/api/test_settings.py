"""Settings are refused with their name and their problem, all at once."""

from pathlib import Path

import pytest
from kubeyard_api.settings import Settings, SettingsRefused

GOOD = {
    "KUBEYARD_JWKS_FILE": "/state/jwks.json",
    "KUBEYARD_API_DATABASE_URL": "sqlite:////state/api.db",
    "KUBEYARD_API_BUILDS_DIR": "/state/builds",
    "KUBEYARD_KERNELSPECS_DIR": "/state/kernelspecs",
    "KUBEYARD_RM_URLS": "http://rm1:8088/, http://rm2:8088",
    "KUBEYARD_HISTORY_URL": "http://history:19888",
    "KUBEYARD_HTTPFS_URL": "http://httpfs:14000",
    "KUBEYARD_GATEWAY_URL": "http://gateway:8888",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Set every setting that has no default."""
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_settings_are_read_from_the_environment(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("KUBEYARD_CONDA_CHANNELS", "conda-forge,bioconda")
    settings = Settings.from_environment()
    assert settings.rm_urls == ("http://rm1:8088", "http://rm2:8088")
    assert settings.conda_channels == ("conda-forge", "bioconda")
    assert (settings.service_user, settings.hdfs_root) == ("kubeyard", "/kubeyard")
    assert settings.jwks_file == Path("/state/jwks.json")


def test_every_missing_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GOOD:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SettingsRefused) as refusal:
        Settings.from_environment()
    assert all(f"{name} is not set" in str(refusal.value) for name in GOOD)


def test_an_empty_setting_is_one_that_is_not_set(environment: pytest.MonkeyPatch) -> None:
    """A compose file cannot leave a variable out; it can only set it to nothing."""
    environment.setenv("KUBEYARD_GATEWAY_CA_FILE", "")
    environment.setenv("KUBEYARD_API_DEFAULT_QUEUE", "")
    settings = Settings.from_environment()
    assert (settings.gateway_ca_file, settings.api_default_queue) == (None, "interactive")
    environment.setenv("KUBEYARD_RM_URLS", "")
    with pytest.raises(SettingsRefused, match="KUBEYARD_RM_URLS is not set"):
        Settings.from_environment()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KUBEYARD_API_BIND", "5050"),
        ("KUBEYARD_API_BIND", "127.0.0.1:99999"),
        ("KUBEYARD_RM_URLS", "rm1:8088"),
        ("KUBEYARD_GATEWAY_URL", "gateway:8888"),
        ("KUBEYARD_LOG_LEVEL", "LOUD"),
        ("KUBEYARD_API_THREADS", "none"),
        ("KUBEYARD_HDFS_ROOT", "kubeyard"),
        ("KUBEYARD_SERVICE_USER", "Kube Yard"),
        ("KUBEYARD_HADOOP_CA_FILE", "/nowhere/ca.pem"),
    ],
)
def test_wrong_setting_is_named_with_its_problem(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    with pytest.raises(SettingsRefused) as refusal:
        Settings.from_environment()
    assert str(refusal.value).startswith(f"{name}: ")
    assert "\n" not in str(refusal.value)


def test_half_of_a_certificate_pair_is_refused(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("KUBEYARD_API_TLS_CERTIFICATE", str(tmp_path / "tls.crt"))
    with pytest.raises(SettingsRefused, match="KUBEYARD_API_TLS_KEY: it takes both"):
        Settings.from_environment()
    environment.setenv("KUBEYARD_API_TLS_KEY", str(tmp_path / "tls.key"))
    with pytest.raises(SettingsRefused, match=r"KUBEYARD_API_TLS_KEY: .* do not serve as a pair"):
        Settings.from_environment()
