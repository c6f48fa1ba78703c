"""Words of the platform in the notebook, below the cell that was run last."""

from typing import Any

# By this the gateway tells a notice from the kernel's own output, which counts as activity.
MARK = {"kubeyard": "notice"}


class Notices:
    """Sends lines to all clients of the kernel, as output on its error stream."""

    def __init__(self, kernel: Any) -> None:
        """Notices may come from any thread."""
        self._kernel = kernel
        # Only the main thread may ask for it: others have no cell of their own.
        self._last_request: dict[str, Any] = {}
        kernel.shell.events.register("pre_execute", self._note)

    def answer(self, request: dict[str, object]) -> str:
        """Say `text` of the request."""
        self.say(str(request["text"]))
        return "said"

    def say(self, text: str) -> None:
        """Show the line in every open notebook of this kernel."""
        content = {"name": "stderr", "text": text + "\n"}
        kernel = self._kernel
        kernel.session.send(
            kernel.iopub_socket, "stream", content, parent=self._last_request, ident=b"stream", metadata=MARK
        )

    def _note(self) -> None:
        self._last_request = self._kernel.get_parent("shell")
