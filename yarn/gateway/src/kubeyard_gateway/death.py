"""Why a kernel died or did not come to life, in plain words: from YARN's, with what its kernelspec adds."""

from typing import Any

from kubeyard_kernelspecs import KernelSpec, spec_from_metadata
from kubeyard_yarn.applications import Application, ApplicationState
from kubeyard_yarn.reasons import Cause, Reason, Told, why

from kubeyard_gateway.application_watch import Ending
from kubeyard_gateway.refusal import Refusal

GO_ON = "To go on, restart it: its variables are gone."


def death_of(ending: Ending | None, spec: KernelSpec | None) -> Reason:
    """Say why a kernel is dead whose application ended so; None for one that is a process of the gateway."""
    if ending is None:
        return Reason(Cause.UNKNOWN, "Its process has ended.", GO_ON)
    told = why(_told(ending.state, ending.final_status, ending.diagnostics, spec))
    if told is not None:
        return told
    if ending.state == ApplicationState.UNKNOWN:
        return Reason(Cause.UNKNOWN, "YARN does not know its application any more.", GO_ON)
    return Reason(
        Cause.PROGRAM,
        "It ended by itself: a cell called exit(), or it had not heard from the gateway for long.",
        GO_ON,
    )


def not_restarted(error: Exception) -> Reason:
    """Say that a kernel was ended for a restart, and that the next one did not start for this `error`."""
    why_not = error.detail if isinstance(error, Refusal) else str(error)
    what = f"It was to be restarted, and did not start again: {why_not.rstrip('.')}."
    return Reason(Cause.START, what, "To go on, restart it once more: its variables are gone.")


def waiting_for(application: Application, spec: KernelSpec | None) -> Reason | None:
    """Say why an application has no container yet; None once it has one."""
    return why(_told(application.state, application.final_status, application.diagnostics, spec, application))


def spec_of(kernel: Any) -> KernelSpec | None:
    """Return what the kernel was made of; None for a kernelspec that is gone or none of ours."""
    try:
        return spec_from_metadata(kernel.kernel_spec.metadata)
    except (KeyError, ValueError, OSError, AttributeError):
        # Jupyter's NoSuchKernel is a KeyError.
        return None


def _told(
    state: str, final_status: str, diagnostics: str, spec: KernelSpec | None, now: Application | None = None
) -> Told:
    environment = "/".join(spec.name.rpartition(".")[::2]) if spec else ""
    return Told(
        state=state,
        final_status=final_status,
        diagnostics=diagnostics,
        queue=now.queue if now else (spec.queue if spec else ""),
        memory_mb=now.memory_mb if now else 0,
        vcores=now.vcores if now else 0,
        environment=environment,
        driver_memory_mb=spec.driver_memory_mb if spec else 0,
    )
