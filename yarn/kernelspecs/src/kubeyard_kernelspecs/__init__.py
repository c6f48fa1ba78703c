"""What a Kubeyard kernel is: its kernelspec, its submission and its launcher."""

from kubeyard_yarn.submission import LocalResource as Resource
from kubeyard_yarn.submission import ResourceKind, Visibility

from kubeyard_kernelspecs.spec import (
    KernelSpec,
    remove_kernelspec,
    spec_from_metadata,
    write_kernelspec,
)

__all__ = [
    "KernelSpec",
    "Resource",
    "ResourceKind",
    "Visibility",
    "remove_kernelspec",
    "spec_from_metadata",
    "write_kernelspec",
]
