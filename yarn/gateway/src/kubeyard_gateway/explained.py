"""A start or restart of which its person can ask how it goes, and why it failed."""

import contextlib
from collections.abc import Iterator
from typing import Any

from kubeyard_kernelspecs import KernelSpec, spec_from_metadata
from kubeyard_yarn.reasons import Cause, Reason

from kubeyard_gateway.endings import KernelEnding
from kubeyard_gateway.refusal import Refusal
from kubeyard_gateway.starts import Start

NEXT_STEP = "Mend what it names, or start another kernel."


@contextlib.contextmanager
def explained(gateway: Any, kernel_id: str, owner: str, kernelspec: str) -> Iterator[None]:
    """Tell of the start within the block; one that is refused is kept among the endings."""
    gateway.starts.begin(Start(kernel_id, owner, kernelspec, _spec(gateway, kernelspec)))
    try:
        yield
    except Refusal as refusal:
        reason = Reason(Cause.START, _sentence(refusal.detail), NEXT_STEP)
        gateway.endings.note(
            KernelEnding(kernel_id, owner, kernelspec, reason, refusal.application_id, refusal.traceback)
        )
        raise
    else:
        gateway.endings.lives(kernel_id)
    finally:
        gateway.starts.end(kernel_id)


def _spec(gateway: Any, kernelspec: str) -> KernelSpec | None:
    try:
        return spec_from_metadata(gateway.kernel_spec_manager.get_kernel_spec(kernelspec).metadata)
    except (KeyError, ValueError, OSError):
        # Jupyter's NoSuchKernel is a KeyError; whoever starts the kernel says what is wrong.
        return None


def _sentence(words: str) -> str:
    ended = words if words.endswith((".", "!", "?")) else f"{words}."
    return ended[:1].upper() + ended[1:]
