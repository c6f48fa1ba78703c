"""A kernelspec: what a user picks in the launcher, and all that its submission needs to know."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kubeyard_yarn.submission import LocalResource as Resource
from kubeyard_yarn.submission import ResourceKind, Visibility

PROCESS_PROXY = "kubeyard_gateway.yarn_proxy.YarnKernelProxy"
# `<owner>.<environment>`: an owner may hold dots, an environment may not, so the last dot divides them.
NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}\.[a-z0-9][a-z0-9-]{1,62}")


@dataclass(frozen=True)
class KernelSpec:
    """One environment made into a kernel; everything a submission needs, nothing secret."""

    name: str
    display_name: str
    owner: str
    public: bool
    environment_hash: str
    archive: Resource
    driver_memory_mb: int
    executor_memory_mb: int
    executors: int
    executor_cores: int
    queue: str
    # After so long without use its kernels are stopped; 0 never, None as the gateway's setting says.
    cull_idle_seconds: float | None = None
    # The Spark that its kernels run on, as "4.0"; empty for the platform's own.
    spark: str = ""

    def __post_init__(self) -> None:
        """Refuse a name that could lead out of the kernelspecs' folder, or that hides whose it is."""
        if NAME_PATTERN.fullmatch(self.name) is None or self.name.rpartition(".")[0] != self.owner:
            raise ValueError(f"{self.name!r} cannot name a kernelspec of {self.owner!r}; use <owner>.<name>")

    def may_be_used_by(self, user: str) -> bool:
        """Whether an ordinary user sees and starts this kernel."""
        return self.public or user == self.owner

    @property
    def tags(self) -> tuple[str, ...]:
        """The part of an application's tags that the kernelspec decides."""
        return (f"env:{self.environment_hash[:16]}", f"kernelspec:{self.name}")


def write_kernelspec(folder: Path, spec: KernelSpec) -> Path:
    """Write `spec` as `folder/<name>/kernel.json` in one step, and return its folder.

    A time of its own until its kernels are stopped, and a Spark of its own, once set there, outlive a
    build that sets none. Raises OSError, and then leaves what is there.
    """
    target = folder / spec.name
    before = _fields_in(target / "kernel.json")
    if spec.cull_idle_seconds is None and isinstance(kept := before.get("cull_idle_seconds"), int | float):
        spec = replace(spec, cull_idle_seconds=float(kept))
    if not spec.spark and isinstance(kept := before.get("spark"), str):
        spec = replace(spec, spark=kept)
    target.mkdir(mode=0o755, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=target, prefix=".kernel-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            # The gateway reads it under another account, and mkstemp gives it to ours alone.
            os.fchmod(descriptor, 0o644)
            json.dump(kernel_json(spec), file, indent=1)
            file.flush()
            os.fsync(descriptor)
        Path(draft).replace(target / "kernel.json")
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return target


def remove_kernelspec(folder: Path, name: str) -> None:
    """Remove the kernelspec called `name`; one that is not there is fine."""
    if NAME_PATTERN.fullmatch(name) is None:
        raise ValueError(f"{name!r} cannot name a kernelspec; use <owner>.<name>")
    target = folder / name
    # Without kernel.json the kernelspec is gone at once, however long the rest takes.
    (target / "kernel.json").unlink(missing_ok=True)
    shutil.rmtree(target, ignore_errors=True)


def _fields_in(file: Path) -> dict[str, object]:
    try:
        found = json.loads(file.read_text("utf-8"))["metadata"]["kubeyard"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def kernel_json(spec: KernelSpec) -> dict[str, object]:
    """Return the document that Jupyter reads as kernel.json."""
    fields = {name: getattr(spec, name) for name in KernelSpec.__dataclass_fields__ if name != "archive"}
    return {
        "language": "python",
        "display_name": spec.display_name,
        # Enterprise Gateway insists on a command, and the process proxy submits without one.
        "argv": ["kubeyard-kernel"],
        "metadata": {
            "debugger": True,
            "process_proxy": {"class_name": PROCESS_PROXY, "config": {}},
            "kubeyard": fields | {"archive": _archive_json(spec.archive)},
        },
    }


def spec_from_metadata(metadata: Mapping[str, object]) -> KernelSpec | None:
    """Return the kernelspec that kernel.json's metadata describe, None when it is not one of ours."""
    fields = metadata.get("kubeyard")
    if not isinstance(fields, dict) or not isinstance(archive := fields.get("archive"), dict):
        return None
    resource = Resource(
        uri=archive["uri"],
        size=archive["size"],
        timestamp_ms=archive["timestamp_ms"],
        kind=ResourceKind(archive["kind"]),
        visibility=Visibility(archive["visibility"]),
    )
    return KernelSpec(**{**fields, "archive": resource})


def _archive_json(archive: Resource) -> dict[str, object]:
    return {
        "uri": archive.uri,
        "size": archive.size,
        "timestamp_ms": archive.timestamp_ms,
        "kind": archive.kind,
        "visibility": archive.visibility,
    }
