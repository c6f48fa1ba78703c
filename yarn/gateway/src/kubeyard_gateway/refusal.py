"""An answer that is no success, in words for the user."""

from tornado.web import HTTPError


class Refusal(HTTPError):  # noqa: N818 - it is an answer, not a fault
    """An HTTP error whose `detail` reaches the client, as `reason` and `message` of the JSON body."""

    def __init__(self, status: int, detail: str, traceback: str = "") -> None:
        """Jupyter's servers show `reason` to the user: it is one line. `traceback` is a kernel's own."""
        self.traceback = traceback
        # Of a start that was refused after its submission.
        self.application_id = ""
        self.detail = " ".join(detail.split())[:1000]
        # Tornado fills %-signs in: none of ours is a place-holder.
        super().__init__(status, self.detail.replace("%", "%%"))
