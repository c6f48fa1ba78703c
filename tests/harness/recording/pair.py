"""A pair of ResourceManagers, neither of them active until one is told to be."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from kubeyard_local import readiness
from kubeyard_local.readiness import Says

from harness.recording import configuration
from harness.recording.daemons import DAEMONS
from harness.recording.jvm import STOP_SECONDS, Installed, Jvms, Program, wait_until_ready

RESOURCE_MANAGER = next(program for program in DAEMONS if program.name == "resourcemanager")
ADMIN = Program("admin", 128, "yarn.client.cli.RMAdminCLI")
FIRST, SECOND = "rm1", "rm2"
# What their ports are called in a recording: both are one machine's here.
PORTS = {FIRST: 8088, SECOND: 18088}
# An address of a ResourceManager, and which ports of the block the first and the second have for it.
ADDRESSES: Mapping[str, tuple[str, str]] = {
    "webapp.address": ("RM", "NM_HTTP"),
    "address": ("RM_CLIENT", "NM"),
    "scheduler.address": ("RM_SCHEDULER", "NM_LOCALIZER"),
    "resource-tracker.address": ("RM_TRACKER", "NM_COLLECTOR"),
    "admin.address": ("RM_ADMIN", "HISTORY_ADMIN"),
}


@dataclass(frozen=True)
class Pair:
    """Two running ResourceManagers of one cluster."""

    ports: Mapping[str, int]
    jvms: Jvms

    @property
    def urls(self) -> Mapping[str, str]:
        """Where each of them answers over HTTP."""
        first, second = ADDRESSES["webapp.address"]
        return {
            FIRST: f"http://127.0.0.1:{self.ports[first]}",
            SECOND: f"http://127.0.0.1:{self.ports[second]}",
        }

    @property
    def started_ms(self) -> int:
        """When the first one started, as it tells itself; the client would ask only an active one."""
        answer = requests.get(f"{self.urls[FIRST]}/ws/v1/cluster/info", timeout=STOP_SECONDS)
        return int(answer.json()["clusterInfo"]["startedOn"])

    def make_first_active(self) -> None:
        """Put the first one in charge, as an administrator does."""
        self.jvms.to_its_end(ADMIN, *_options(_settings(self.ports)), "-transitionToActive", FIRST)


@contextmanager
def running_pair(home: Path, installed: Installed, port_base: int) -> Iterator[Pair]:
    """Start both in the new folder `home`, wait until they answer, and end them at last."""
    ports = configuration.ports_from(port_base)
    configuration.write(home, ports)
    pair = Pair(ports, Jvms(home, installed))
    with ExitStack() as stack:
        for member, url in pair.urls.items():
            mine = {**_settings(ports), "yarn.resourcemanager.ha.id": member}
            process = stack.enter_context(pair.jvms.daemon(RESOURCE_MANAGER, *_options(mine)))
            probe = Says(f"{url}/ws/v1/cluster/info", readiness.resource_manager_is_started)
            wait_until_ready(member, probe, process)
        yield pair


def _settings(ports: Mapping[str, int]) -> Mapping[str, str]:
    prefix = "yarn.resourcemanager"
    settings = {
        f"{prefix}.ha.enabled": "true",
        f"{prefix}.ha.automatic-failover.enabled": "false",
        f"{prefix}.ha.rm-ids": f"{FIRST},{SECOND}",
        f"{prefix}.cluster-id": "recorded",
    }
    for address, names in ADDRESSES.items():
        for member, name in zip((FIRST, SECOND), names, strict=True):
            settings[f"{prefix}.{address}.{member}"] = f"127.0.0.1:{ports[name]}"
    return settings


def _options(settings: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(part for name, value in settings.items() for part in ("-D", f"{name}={value}"))
