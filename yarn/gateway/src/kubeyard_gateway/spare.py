"""A spare: a running kernel that is nobody's yet, for one person and what is fixed at its submission."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from kubeyard_kernelspecs import KernelSpec

from kubeyard_gateway.kernel import GatewayKernel

# What a claim may find changed: who else may use the kernelspec, and how it is called.
_FREE = frozenset({"public", "display_name"})
_IN_WORDS = {
    "name": "its spare is of kernelspec {old}",
    "archive": "the environment was built anew after its spare was made",
    "environment_hash": "the environment was built anew after its spare was made",
    "runtime": "the platform's kernel code or Hadoop configuration changed after its spare was made",
    "spark_options": "this start has Spark options of its own, which its spare does not have",
    "spark": "the platform's Spark settings changed after its spare was made",
}


@dataclass
class Spare:
    """One spare; `fixed` is all that a claim must want exactly as it is."""

    id: str
    user: str
    form: str
    fixed: dict[str, str]
    # Holds the connection, the key and the application.
    kernel: GatewayKernel
    made_at: float = field(default_factory=time.time)
    warmth: str = "warming"

    @property
    def kernelspec(self) -> str:
        """The kernelspec that it was made of."""
        return self.fixed["name"]

    @property
    def application_id(self) -> str:
        """Its application, empty before it is submitted."""
        proxy = self.kernel.process_proxy
        return str(proxy.application_id) if proxy is not None else ""

    @property
    def age_seconds(self) -> float:
        """How long it has been there."""
        return time.time() - self.made_at

    def record(self) -> dict[str, Any]:
        """Return what the next gateway needs to take it up; holds the signing key."""
        connection = self.kernel.get_connection_info()
        return {
            "spare": True,
            "id": self.id,
            "user": self.user,
            "form": self.form,
            "fixed": self.fixed,
            "made_at": self.made_at,
            "connection": {**connection, "key": connection["key"].decode()},
            "process": self.kernel.process_proxy.get_process_info(),
        }

    def to_json(self) -> dict[str, Any]:
        """Return it as its person may see it."""
        return {
            "id": self.id,
            "kernelspec": self.kernelspec,
            "form": self.form,
            "state": self.warmth,
            "application_id": self.application_id,
            "age_seconds": round(self.age_seconds, 1),
        }


def fixed_parts(spec: KernelSpec, static: Mapping[str, str]) -> dict[str, str]:
    """Return everything that cannot be changed once `spec` is submitted; `static` is the platform's share."""
    names = [each.name for each in fields(spec) if each.name not in _FREE]
    return {name: str(getattr(spec, name)) for name in names} | dict(static)


def difference(spare: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    """Say in what a spare is not what is wanted; empty when it is."""
    for name in wanted:
        old, new = spare.get(name, "nothing"), wanted[name]
        if old != new:
            words = _IN_WORDS.get(name, "its spare was made with {name} {old}, and {new} is wanted")
            return words.format(name=name, old=old, new=new)
    return ""
