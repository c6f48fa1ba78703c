"""What the Hub is told by its environment, checked before it starts."""

import os
import pwd
from enum import StrEnum
from pathlib import Path
from stat import S_IRWXO
from typing import Annotated, Self

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SHORTEST_TOKEN = 16
# JupyterHub ends with a traceback at a longer one.
LONGEST_TOKEN = 64


class SpawnerKind(StrEnum):
    """Where a user's JupyterLab runs."""

    LOCAL = "local"
    KUBERNETES = "kubernetes"


def _http_url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError(f"{value!r} is not an http:// or https:// address")
    return value.rstrip("/")


def _secret_file(path: Path) -> Path:
    try:
        mode = path.stat().st_mode
        empty = not path.read_text().strip()
    except OSError as why:
        raise ValueError(f"{path} cannot be read ({why.strerror}); write the secret there") from why
    if mode & S_IRWXO:
        raise ValueError(f"{path} is open to every account of this machine; run: chmod 0600 {path}")
    if empty:
        raise ValueError(f"{path} is empty; write the secret there")
    return path


Url = Annotated[str, AfterValidator(_http_url)]
SecretFile = Annotated[Path, AfterValidator(_secret_file)]


class HubSettings(BaseSettings):
    """The Hub's settings; every name is read from the environment as KUBEYARD_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="KUBEYARD_", frozen=True)

    hub_spawner: SpawnerKind = SpawnerKind.LOCAL
    hub_state_dir: Path
    hub_database_url: str = ""
    hub_crypt_key_file: SecretFile
    hub_client_secret_file: SecretFile
    hub_proxy_token_file: SecretFile
    hub_service_token_file: SecretFile
    hub_metrics_token_file: SecretFile | None = Field(None, description="With it /hub/metrics may be read")
    hub_bind_url: Url = "http://127.0.0.1:8000"
    hub_public_url: str = Field("", description="What browsers use, if a balancer stands before the proxy")
    hub_internal_url: Url = "http://127.0.0.1:8081"
    hub_connect_url: str = Field("", description="What Labs and the proxy use, if not the internal URL")
    proxy_api_url: Url = "http://127.0.0.1:8001"
    hub_idle_seconds: int = Field(0, ge=0, description="Stop a Lab that is idle this long; 0 is never")
    hub_idle_check_seconds: int = Field(0, ge=0, description="Look this often; 0 is at half the idle time")
    hub_lab_most_seconds: int = Field(0, ge=0, description="Stop a Lab this old, used or not; 0 is never")
    issuer: Url = "http://127.0.0.1:5000"
    web_internal_url: str = Field("", description="The web UI as the Hub and the Labs reach it")
    gateway_url: Url = "http://127.0.0.1:8888"
    gateway_ca_file: Path | None = Field(
        None, description="As Labs see it: the authority that the gateway's certificate is known by"
    )
    lab_bin: str = "jupyterhub-singleuser"
    lab_homes: Path | None = None
    lab_account: str = ""
    lab_terminals: bool = False
    lab_start_seconds: int = Field(60, ge=5)
    lab_kernel_start_seconds: int = Field(180, ge=20, description="Above YARN's time to start a kernel")
    log_level: str = "INFO"

    @field_validator("hub_state_dir")
    @classmethod
    def _state_dir_exists(cls, path: Path) -> Path:
        if not path.is_dir():
            raise ValueError(f"{path} is not a folder; make it, at mode 0700, for the Hub's account")
        return path

    @field_validator("hub_public_url", "hub_connect_url", "web_internal_url")
    @classmethod
    def _address_or_nothing(cls, value: str) -> str:
        return _http_url(value) if value else ""

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        level = value.upper()
        if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError(f"{value!r} is not one of DEBUG, INFO, WARNING, ERROR")
        return level

    @field_validator("hub_crypt_key_file")
    @classmethod
    def _key_is_32_bytes(cls, path: Path) -> Path:
        try:
            long_enough = len(bytes.fromhex(path.read_text().strip())) == 32
        except ValueError:
            long_enough = False
        if not long_enough:
            raise ValueError(f"{path} must hold 32 bytes as 64 hex digits; write: openssl rand -hex 32")
        return path

    @field_validator("hub_metrics_token_file")
    @classmethod
    def _token_is_one_for_jupyterhub(cls, path: Path | None) -> Path | None:
        if path and not SHORTEST_TOKEN <= len(secret(path)) <= LONGEST_TOKEN:
            raise ValueError(
                f"{path} must hold a token of {SHORTEST_TOKEN} to {LONGEST_TOKEN} letters; "
                "write: openssl rand -hex 32"
            )
        return path

    @model_validator(mode="after")
    def _local_labs_have_a_place(self) -> Self:
        if self.hub_spawner is SpawnerKind.LOCAL and (self.lab_homes is None or not self.lab_homes.is_dir()):
            raise ValueError("KUBEYARD_LAB_HOMES must name an existing folder when Labs run on this machine")
        return self

    @model_validator(mode="after")
    def _labs_never_run_as_root(self) -> Self:
        if self.hub_spawner is SpawnerKind.LOCAL and os.geteuid() == 0 and not self.lab_account:
            raise ValueError(
                "KUBEYARD_LAB_ACCOUNT must name an account without rights when the Hub runs as root"
            )
        return self

    @field_validator("lab_account")
    @classmethod
    def _known_account(cls, name: str) -> str:
        try:
            if name and pwd.getpwnam(name).pw_uid == 0:
                raise ValueError(f"{name!r} is root; name an account without rights")
        except KeyError as why:
            raise ValueError(
                f"{name!r} is not an account of this machine; make it with useradd --system"
            ) from why
        return name

    @property
    def database_url(self) -> str:
        """The database given, or one file in the state folder."""
        return self.hub_database_url or f"sqlite:///{self.hub_state_dir / 'hub.sqlite'}"

    @property
    def public_url(self) -> str:
        """The Hub's proxy as browsers see it."""
        return self.hub_public_url or self.hub_bind_url

    @property
    def web_url(self) -> str:
        """The web UI as seen from the Hub and the Labs, which may differ from the browser's address."""
        return self.web_internal_url or self.issuer


def secret(path: Path) -> str:
    """The secret that a file holds, without the line's end."""
    return path.read_text().strip()
