"""What a service tells of its settings: each wrong one by its name in the environment, and no value."""

import pytest
from kubeyard_identity.wrong_settings import PREFIX, problems_of
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One setting for each kind of problem."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)

    jwks_file: str
    api_database_url: int
    api_threads: int = Field(ge=4)
    conda_channels: tuple[int, ...] = ()
    history_url: str

    @field_validator("history_url")
    @classmethod
    def _http(cls, value: str) -> str:
        raise ValueError(f"{value!r} must start with http://")


def test_every_wrong_setting_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBEYARD_JWKS_FILE", raising=False)
    monkeypatch.setenv("KUBEYARD_API_DATABASE_URL", "postgresql://ada:secret@host")
    monkeypatch.setenv("KUBEYARD_API_THREADS", "1")
    monkeypatch.setenv("KUBEYARD_CONDA_CHANNELS", '["one"]')
    monkeypatch.setenv("KUBEYARD_HISTORY_URL", "host")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert problems_of(refused.value.errors()).splitlines() == [
        "KUBEYARD_JWKS_FILE is not set: set it in the environment of this service",
        "KUBEYARD_API_DATABASE_URL: Input should be a valid integer, unable to parse string as an integer",
        "KUBEYARD_API_THREADS: Input should be greater than or equal to 4",
        "KUBEYARD_CONDA_CHANNELS: Input should be a valid integer, unable to parse string as an integer",
        "KUBEYARD_HISTORY_URL: 'host' must start with http://",
    ]
