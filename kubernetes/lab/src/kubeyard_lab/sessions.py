"""Notebooks and their kernels: a notebook keeps a lost kernel until its user was told."""

from jupyter_server.gateway.managers import GatewaySessionManager


class GatewaySessions(GatewaySessionManager):
    """Joins notebooks to kernels at the gateway."""

    async def kernel_culled(self, kernel_id: str) -> bool:
        """Whether the notebook has no kernel any more; not before somebody has heard that it was lost."""
        lost = self.kernel_manager.lost.get(kernel_id)
        if lost is not None:
            return lost.told_at is not None
        return kernel_id not in self.kernel_manager
