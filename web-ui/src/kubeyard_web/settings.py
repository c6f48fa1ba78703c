"""What the web UI is told from outside: one typed class, read from KUBEYARD_*, refused at start if wrong."""

from ipaddress import ip_address
from pathlib import Path
from stat import S_IRWXO
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "KUBEYARD_"


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("is not an http(s) address; give for example http://127.0.0.1:5000")
    return value.rstrip("/")


def _address(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("is not host:port; give for example 127.0.0.1:5000")
    return value


def _database_url(value: str) -> str:
    scheme = value.partition(":")[0]
    if scheme in ("postgresql", "postgres"):
        return "postgresql+psycopg" + value[len(scheme) :]
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("is neither sqlite:///<path> nor postgresql://<user>@<host>/<database>")
    return value


def _secret_file(path: Path) -> Path:
    if not path.is_file():
        raise ValueError("is not there; make it with mode 0600 and the secret as its only line")
    # Its group may read it: a Secret mounted into a pod belongs to root and to the pod's group.
    if path.stat().st_mode & S_IRWXO:
        raise ValueError("may be read by others; run: chmod 600 " + str(path))
    if not path.read_text().strip():
        raise ValueError("is empty; write the secret into it")
    return path


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


BaseUrl = Annotated[str, AfterValidator(_base_url)]
SecretFile = Annotated[Path, AfterValidator(_secret_file)]


class Settings(BaseSettings):
    """Everything the web UI can be told; each field is the environment variable KUBEYARD_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    issuer: BaseUrl = "http://127.0.0.1:5000"
    jwks_file: Path
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    api_url: BaseUrl = "http://127.0.0.1:5050"
    hub_url: BaseUrl = "http://127.0.0.1:8000"
    hub_api_url: BaseUrl = "http://127.0.0.1:8081/hub/api"
    # The proxy as this process reaches it, where that is not the address that browsers use.
    proxy_url: BaseUrl | None = None

    web_bind: Annotated[str, AfterValidator(_address)] = "127.0.0.1:5000"
    web_threads: int = Field(default=256, ge=4, le=1024)
    web_database_url: Annotated[str, AfterValidator(_database_url)]
    web_secret_key_file: SecretFile
    web_signing_keys_file: Path
    web_hub_client_secret_file: SecretFile
    web_hub_service_token_file: SecretFile | None = None
    lab_pods_file: Path | None = None
    web_demo: bool = False
    web_single_account: bool = False
    web_plain_http: bool = False
    web_proxies: int = Field(default=0, ge=0, le=5)
    web_session_hours: float = Field(default=12, gt=0, le=24 * 30)
    web_token_seconds: int = Field(default=600, ge=10, le=600)

    @model_validator(mode="after")
    def _protect_passwords(self) -> Self:
        if not (self.is_https or self.web_plain_http or _is_loopback(self.issuer)):
            raise ValueError(
                f"{PREFIX}ISSUER is {self.issuer}: passwords would be readable on their way. Use https, or "
                f"where the network itself is trusted, set {PREFIX}WEB_PLAIN_HTTP=1"
            )
        return self

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us by https, so that cookies need travel no other way."""
        return self.issuer.startswith("https:")

    @property
    def secret_key(self) -> str:
        """What signs the session cookie."""
        return self.web_secret_key_file.read_text().strip()

    @property
    def hub_origin(self) -> str:
        """Scheme, host and port of the Hub as browsers know it."""
        parts = urlsplit(self.hub_url)
        return f"{parts.scheme}://{parts.netloc}"


class WrongSettings(Exception):  # noqa: N818 - it names what is wrong
    """The settings cannot be used; the text names each variable, what is wrong with it, and the fix."""


def load() -> Settings:
    """Read the settings from the environment; raises WrongSettings."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [_plain(problem["loc"], problem["type"], problem["msg"]) for problem in error.errors()]
        raise WrongSettings("\n".join(lines)) from error


def _plain(location: tuple[int | str, ...], kind: str, message: str) -> str:
    if not location:  # of several settings together: the text names them itself
        return message.removeprefix("Value error, ") + "."
    name = PREFIX + str(location[0]).upper()
    if kind == "missing":
        return f"{name} is not set; the web UI cannot start without it."
    return f"{name} {message.removeprefix('Value error, ')}."
