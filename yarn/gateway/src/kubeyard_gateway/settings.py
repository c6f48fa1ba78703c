"""What the gateway is told by its environment, checked before anything starts."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from kubeyard_identity.certificate_pair import server_context
from kubeyard_kernelspecs.spark_version import spark_version
from kubeyard_yarn.authorities import authorities_in
from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from kubeyard_gateway.limits_file import LimitsFile
from kubeyard_gateway.tls import Tls


class Settings(BaseSettings):
    """The gateway's settings, each from the environment variable KUBEYARD_<NAME>."""

    # An empty variable is one that is not set: a compose file has no other way to leave one out.
    model_config = SettingsConfigDict(env_prefix="KUBEYARD_", extra="ignore", env_ignore_empty=True)

    issuer: str = "http://127.0.0.1:5000"
    jwks_file: Path
    # By how much the clocks of the web UI's machine and of this one may differ.
    clock_leeway_seconds: int = Field(default=30, ge=0, le=300)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    service_user: str = "kubeyard"
    hdfs_root: str = "/kubeyard"

    gateway_bind: str = "127.0.0.1:8888"
    # The address that kernels report to; nodes must reach it, so it is an address and never a wildcard.
    gateway_response: str = "127.0.0.1:8877"
    gateway_state_dir: Path
    # Both or none: the gateway then speaks TLS only. `python -m kubeyard_gateway.certificates` makes them.
    gateway_tls_certificate: Path | None = None
    gateway_tls_key: Path | None = Field(default=None, validate_default=True)
    # How long a WebSocket outlives its token: time for the client to come back with a new one.
    gateway_websocket_grace_seconds: float = Field(default=10, ge=0)
    gateway_launch_timeout_seconds: float = Field(default=120, gt=0)
    # A kernel stopped before Spark has come ends with it; on a busy machine that takes a while.
    gateway_stop_timeout_seconds: float = Field(default=30, gt=0)
    gateway_message_mb: int = Field(default=256, gt=0)
    # Between the gateway and its kernels: every message under CurveZMQ, or in clear as Jupyter does.
    gateway_kernel_encryption: Literal["none", "curve"] = "curve"
    # Between a kernel and its executors, and on their disks: spark.authenticate and what builds on it.
    gateway_spark_encryption: bool = False
    # What each kernel keeps of its output for notebooks that are away; see docs/kernel-survival.md.
    gateway_kept_output_mb: int = Field(default=16, ge=0, le=1024)
    # A kernel that has not heard from its gateway for so long ends by itself, its application FINISHED.
    gateway_gone_seconds: float = Field(default=1800, gt=0)
    # YARN kills what its gateway has not spoken for so long; longer than the above, so that kernels end
    # in peace first. It grows by itself with the number of kernels. 0: no leases.
    gateway_lease_seconds: float = Field(default=3600, ge=0)
    # What people and groups may hold; see docs/kernel-limits.md. None: as much as YARN gives.
    gateway_limits_file: Path | None = None
    # A kernel that nobody has used for so long is stopped, also under an open notebook; kernelspecs may
    # say otherwise. 0: never.
    gateway_cull_idle_seconds: float = Field(default=86400, ge=0)
    # So long before, its notebooks are told; never more than half of the idle time.
    gateway_cull_warning_seconds: float = Field(default=600, gt=0)
    # Up to this size drivers have Java's quick compiler alone and executors the other one late, and both have
    # the collector without threads of its own; see docs/spark.md.
    gateway_first_compiler_mb: int = Field(default=1024, ge=0)
    gateway_serial_gc_mb: int = Field(default=1024, ge=0)
    # Whether kernels load their classes from the archives that were made for their Spark.
    gateway_class_archives: bool = True
    # By the ResourceManager's REST API, or by spark-submit where that is switched off: some seconds more.
    gateway_submission: Literal["rest", "spark-submit"] = "rest"

    # Spares: kernels that run before they are asked for, for people whose JupyterLab is open. 0: none.
    gateway_spares: int = Field(default=1, ge=0, le=4)
    # With an executor and hot code, or the driver alone, which is also what a fuller queue gets; or none.
    gateway_spare_form: Literal["executor", "driver", "none"] = "executor"
    # What stays free in the queue beside a new spare: room for somebody else's kernel.
    gateway_spare_reserve_mb: int = Field(default=1536, ge=0)
    # A spare that nobody takes for so long ends, and the next is made when its person works again.
    gateway_spare_ttl_seconds: float = Field(default=3600, gt=0)
    # A person whose JupyterLab has been silent for so long has gone, and his spares go too.
    gateway_spare_gone_seconds: float = Field(default=120, gt=0)
    # The next spare waits for so long after a start: the first cells have the machine for themselves.
    gateway_spare_refill_seconds: float = Field(default=10, ge=0)

    kernelspecs_dir: Path
    rm_urls: Annotated[tuple[str, ...], NoDecode] = ("http://127.0.0.1:8088",)
    httpfs_url: str = "http://127.0.0.1:14000"
    # The authorities of https addresses among these two; none: the usual ones.
    hadoop_ca_file: Annotated[Path, AfterValidator(authorities_in)] | None = None
    hdfs_uri: str = "hdfs://127.0.0.1:8020"
    hadoop_conf_dir: Path
    spark_home: Path
    # Further Sparks that kernelspecs may name by their version, each in the same place on every node.
    spark_homes: Annotated[tuple[Path, ...], NoDecode] = ()
    java_home: str = ""

    def tls(self) -> Tls | None:
        """Return what the gateway serves with; None where it serves in clear."""
        if self.gateway_tls_certificate is None or self.gateway_tls_key is None:
            return None
        return Tls(self.gateway_tls_certificate, self.gateway_tls_key)

    @field_validator("rm_urls", "spark_homes", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("gateway_bind", "gateway_response")
    @classmethod
    def _address(cls, value: str) -> str:
        address_of(value)
        return value

    @field_validator("gateway_response")
    @classmethod
    def _reachable(cls, value: str) -> str:
        if ip_address(address_of(value)[0]).is_unspecified:
            raise ValueError("it is no address that a node can report to; give this machine's own address")
        return value

    @field_validator("gateway_tls_key")
    @classmethod
    def _pair(cls, key: Path | None, info: ValidationInfo) -> Path | None:
        certificate = info.data.get("gateway_tls_certificate")
        if key is None and certificate is None:
            return None
        if key is None or certificate is None:
            raise ValueError("it takes both, KUBEYARD_GATEWAY_TLS_CERTIFICATE and KUBEYARD_GATEWAY_TLS_KEY")
        try:
            server_context(certificate, key)
        except OSError as error:
            raise ValueError(f"{certificate} and {key} do not serve as a pair: {error}") from None
        return key

    @field_validator("gateway_limits_file")
    @classmethod
    def _limits(cls, value: Path | None) -> Path | None:
        LimitsFile(value)
        return value

    @field_validator("spark_homes")
    @classmethod
    def _sparks(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        for home in value:
            if not spark_version(home):
                raise ValueError(f"{home} holds no Spark; give folders that have jars/spark-core_*.jar")
        return value

    @field_validator("kernelspecs_dir", "hadoop_conf_dir", "spark_home")
    @classmethod
    def _folder(cls, value: Path) -> Path:
        if not value.is_dir():
            raise ValueError(f"{value} is no folder; make it or give another")
        return value


def address_of(text: str) -> tuple[str, int]:
    """Return the address and port of `address:port`; raises ValueError."""
    host, _, port = text.rpartition(":")
    try:
        return str(ip_address(host)), int(port)
    except ValueError:
        raise ValueError(f"{text!r} is no address; write it as 127.0.0.1:8888") from None
