"""`/api/endings`: why one's kernels ended."""

import json

from jupyter_server.base.handlers import APIHandler

from kubeyard_gateway.guard import Guard


class EndingsOfKernels(Guard, APIHandler):
    """The caller's own; an administrator's list holds all."""

    async def get(self) -> None:
        """Tell of the newest first."""
        endings = self.settings["endings"]
        self.finish(json.dumps([each.to_json() for each in endings.told_to(self.caller)]))
