"""`/api/kernels/{id}/notebook`: a kernel's notebook, by the word of its owner's JupyterLab."""

from typing import Any

from jupyter_server.base.handlers import APIHandler

from kubeyard_gateway.guard import Guard
from kubeyard_gateway.refusal import Refusal

# Its name in a kernel's record.
MEMBER = "notebook"
LONGEST_PATH = 1024


class NotebookOfKernel(Guard, APIHandler):
    """It is shown with the kernel, and nothing else is done with it: no kernel is started by its name."""

    async def put(self, kernel_id: str) -> None:
        """Note the notebook's path; an empty one says that the kernel has none."""
        path, kernels = path_of(self.get_json_body()), self.kernel_manager
        if kernels.owner_of(kernel_id) != self.caller.name:
            # An administrator's JupyterLab knows an administrator's notebooks.
            raise Refusal(403, "which notebook a kernel has says its owner's JupyterLab alone")
        kernels.parent.kernel_session_manager.note_notebook(kernel_id, path)
        self.set_status(204)
        self.finish()


def path_of(body: Any) -> str:
    """Return the path that a client names; raises Refusal for what no page could show in one line."""
    path = body.get("path") if isinstance(body, dict) else None
    if not isinstance(path, str):
        raise Refusal(400, "the body must be an object with the path of a notebook, or an empty one")
    if len(path) > LONGEST_PATH or not path.isprintable():
        raise Refusal(400, f"the path must have at most {LONGEST_PATH} characters, all of them printable")
    return path
