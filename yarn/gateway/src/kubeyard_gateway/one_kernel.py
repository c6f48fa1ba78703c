"""`/api/kernels/{id}`: shown, and stopped with the name of who did so."""

from typing import Any

from enterprise_gateway.services.kernels.handlers import KernelHandler
from kubeyard_yarn.reasons import Cause, Reason

from kubeyard_gateway.guard import Guard


class OneKernel(Guard, KernelHandler):
    """One of the caller's kernels, or anybody's for an administrator."""

    async def delete(self, kernel_id: str) -> Any:
        """Stop it. Its notebook may be another's, or in another window: whoever asks is told who did."""
        kernels, name = self.kernel_manager, self.caller.name
        cause = Cause.STOPPED if kernels.owner_of(kernel_id) == name else Cause.KILLED
        next_step = "Start the kernel again to go on; its variables are gone."
        kernels.note_ending(kernel_id, Reason(cause, f"It was stopped by {name}.", next_step))
        return await super().delete(kernel_id=kernel_id)
