"""The API server's settings, read from KUBEYARD_* and checked before anything starts."""

from pathlib import Path
from typing import Annotated, Literal, Self

from kubeyard_client.messages.environments import SPARK_PATTERN
from kubeyard_identity.certificate_pair import server_context
from kubeyard_identity.wrong_settings import PREFIX, problems_of
from kubeyard_yarn.authorities import authorities_in
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    FilePath,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def _http(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError(f"{value!r} must start with http:// or https://")
    return value.rstrip("/")


def _bind(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{value!r} must look like 127.0.0.1:5050")
    return value


HttpUrl = Annotated[str, AfterValidator(_http)]
HttpUrls = Annotated[tuple[HttpUrl, ...], NoDecode, BeforeValidator(_split), Field(min_length=1)]
CaFile = Annotated[Path, AfterValidator(authorities_in)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
SparkVersions = Annotated[
    tuple[Annotated[str, Field(pattern=SPARK_PATTERN)], ...], NoDecode, BeforeValidator(_split)
]


class SettingsRefused(Exception):  # noqa: N818 - it names what happened
    """Some settings are wrong; the message has one line for each, with its name."""


class Settings(BaseSettings):
    """What the API server and its worker need to know."""

    # An empty variable is one that is not set: a compose file has no other way to leave one out.
    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    issuer: str = "http://127.0.0.1:5000"
    jwks_file: Path
    # By how much the clocks of the web UI's machine and of this one may differ.
    clock_leeway_seconds: int = Field(default=30, ge=0, le=300)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    service_user: str = Field(default="kubeyard", pattern=r"^[a-z_][a-z0-9_-]*$")
    hdfs_root: str = Field(default="/kubeyard", pattern=r"^/[^/].*$")
    hdfs_shared: str = Field(default="/shared", pattern=r"^/[^/].*$")

    api_bind: Annotated[str, AfterValidator(_bind)] = "127.0.0.1:5050"
    # Both or none: the server then speaks TLS only.
    api_tls_certificate: Path | None = None
    api_tls_key: Path | None = Field(default=None, validate_default=True)
    api_database_url: str
    api_workers: int = Field(default=1, ge=1, le=32)
    api_threads: int = Field(default=48, ge=4, le=512)
    api_poll_seconds: float = Field(default=1.0, ge=0.1, le=60)
    api_builds_dir: Path
    kernelspecs_dir: Path
    base_python: Path = Path("/usr/bin/python3.11")
    conda_channels: Words = ("conda-forge",)

    api_spark_version: str = Field(default="4.0", pattern=SPARK_PATTERN)
    # Further ones that an environment may choose: the gateway's KUBEYARD_SPARK_HOMES has them.
    api_spark_versions: SparkVersions = ()
    api_builds_at_once: int = Field(default=1, ge=1, le=16)
    api_build_timeout_seconds: float = Field(default=1800, ge=1, le=86_400)
    api_build_lease_seconds: float = Field(default=15, ge=2, le=600)
    api_worker_silence_seconds: float = Field(default=15, ge=1, le=600)
    worker_patience_seconds: float = Field(default=60, ge=1, le=86_400)
    api_archive_replication: int = Field(default=3, ge=1, le=512)
    api_archive_grace_seconds: float = Field(default=120, ge=0, le=86_400)
    # Where the default environment's kernels run, and those of environments that name no queue.
    api_default_queue: str = Field(default="interactive", min_length=1)
    api_kernel_max_memory_mb: int = Field(default=65_536, ge=512)
    api_kernel_max_executors: int = Field(default=100, ge=1)
    api_kernel_max_cores: int = Field(default=16, ge=1)

    rm_urls: HttpUrls
    history_url: HttpUrl
    httpfs_url: HttpUrl
    # The authorities of https addresses among these three, and of nodes; none: the usual ones.
    hadoop_ca_file: CaFile | None = None
    gateway_url: HttpUrl
    gateway_ca_file: FilePath | None = None

    @field_validator("api_tls_key")
    @classmethod
    def _pair(cls, key: Path | None, info: ValidationInfo) -> Path | None:
        certificate = info.data.get("api_tls_certificate")
        if key is None and certificate is None:
            return None
        if key is None or certificate is None:
            raise ValueError("it takes both, KUBEYARD_API_TLS_CERTIFICATE and KUBEYARD_API_TLS_KEY")
        try:
            server_context(certificate, key)
        except OSError as error:
            raise ValueError(f"{certificate} and {key} do not serve as a pair: {error}") from None
        return key

    @property
    def sparks(self) -> tuple[str, ...]:
        """The Sparks that an environment may choose, the newest first."""
        every = {self.api_spark_version, *self.api_spark_versions}
        return tuple(sorted(every, key=lambda each: [int(part) for part in each.split(".")], reverse=True))

    @classmethod
    def from_environment(cls) -> Self:
        """Read the environment. Raises SettingsRefused with every wrong setting's name and problem."""
        try:
            return cls()
        except ValidationError as error:
            raise SettingsRefused(problems_of(error.errors())) from error
