"""The one error that reaches a client on purpose; everything else is a bug and gets a traceback."""

from kubeyard_client.messages.errors import ErrorCode


class PublicError(Exception):
    """A request that cannot be served, with the words that its sender may read."""

    def __init__(self, code: ErrorCode, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def not_found(what: str) -> PublicError:
    """The answer for what is not there, and for what another owns: nobody can tell the two apart."""
    return PublicError(ErrorCode.NOT_FOUND, f"There is no such {what}.")
