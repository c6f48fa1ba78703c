"""The kernelspec of each running kernel as it was at its start: the folder's own may be deleted later."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec

# Its name in a kernel's record.
MEMBER = "kernelspec"


def record_of(spec: KernelSpec) -> dict[str, Any]:
    """Return the kernelspec as a kernel's record keeps it."""
    return {**spec.to_dict(), "resource_dir": spec.resource_dir}


def kept_for(connection_file: str, records: Mapping[str, Mapping[str, Any]]) -> KernelSpec | None:
    """Return what the record of the kernel with this connection file keeps; None without a record."""
    # Enterprise Gateway tells a kernel that it takes up its id by this name only.
    record = records.get(Path(connection_file).stem.removeprefix("kernel-"), {})
    return KernelSpec(**record[MEMBER]) if MEMBER in record else None
