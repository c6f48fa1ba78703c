"""The settings of one run of the command, read from the environment and refused where they make no sense."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kubeyard_local import layout, machine, ports
from kubeyard_local.layout import Layout
from kubeyard_local.problem import Problem

# How the caller reaches package registries: needed by whatever fetches packages, and by nothing else.
REGISTRY_PREFIXES = ("PIP_", "UV_", "NPM_", "npm_config_", "CONDA_", "RATTLER_")
REGISTRY_NAMES = frozenset(
    {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "NETRC"}
    | {
        name
        for proxy in ("http_proxy", "https_proxy", "no_proxy", "all_proxy")
        for name in (proxy, proxy.upper())
    }
)
# How long a command that waits for a build bears a build worker that does not answer.
WORKER_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Settings:
    """What the caller decided; everything else follows from it."""

    layout: Layout
    ports: Mapping[str, int]
    python: Path
    java_home: Path | None
    demo: bool
    gateway_tls: bool
    yarn_memory_mb: int
    yarn_vcores: int
    worker_patience_seconds: int
    registries: Mapping[str, str]
    passed_on: Mapping[str, str]

    @property
    def web_url(self) -> str:
        return self.url("WEB")

    def url(self, port: str) -> str:
        scheme = "https" if port == "GATEWAY" and self.gateway_tls else "http"
        return f"{scheme}://127.0.0.1:{self.ports[port]}"


def from_environment(environment: Mapping[str, str], *, demo: bool = True) -> Settings:
    """Read the settings; raises Problem naming each one that is wrong."""
    numbers: list[str] = []
    memory = _positive(
        environment, "KUBEYARD_YARN_MEMORY_MB", machine.yarn_memory_mb(machine.memory_mb()), numbers
    )
    vcores = _positive(
        environment, "KUBEYARD_YARN_VCORES", machine.VCORES_PER_CORE * machine.cores(), numbers
    )
    patience = _positive(environment, "KUBEYARD_WORKER_PATIENCE_SECONDS", WORKER_PATIENCE_SECONDS, numbers)
    if numbers:
        raise Problem(*numbers)
    return Settings(
        layout=layout.from_environment(environment),
        ports=ports.resolve(environment),
        python=Path(environment.get("KUBEYARD_PYTHON") or "/usr/bin/python3.11"),
        java_home=machine.java_home(environment),
        demo=demo,
        gateway_tls=environment.get("KUBEYARD_GATEWAY_TLS", "") not in ("", "0"),
        yarn_memory_mb=memory,
        yarn_vcores=vcores,
        worker_patience_seconds=patience,
        registries={name: value for name, value in environment.items() if _reaches_registries(name)},
        passed_on={name: value for name, value in environment.items() if _is_passed_on(name)},
    )


def _reaches_registries(name: str) -> bool:
    return name in REGISTRY_NAMES or name.startswith(REGISTRY_PREFIXES)


def _is_passed_on(name: str) -> bool:
    return name.startswith("KUBEYARD_") and name != "KUBEYARD_STARTED_AT"


def _positive(environment: Mapping[str, str], setting: str, default: int, reasons: list[str]) -> int:
    text = environment.get(setting, "")
    if not text:
        return default
    if text.isdecimal() and int(text) > 0:
        return int(text)
    reasons.append(f"{setting} is {text!r}. Set it to a whole number above 0, or leave it out for {default}.")
    return default


def as_root() -> bool:
    return os.geteuid() == 0
