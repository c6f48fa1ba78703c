"""What a call to the API may raise."""


class ApiError(Exception):
    """The API refused or failed; `detail` is for people, `code` for programs (see ErrorCode)."""

    def __init__(self, code: str, detail: str, status: int, request_id: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.status = status
        self.request_id = request_id


class ApiUnreachable(ApiError):  # noqa: N818 - it names what happened
    """Nobody answered, or nobody who is the API: worth trying again later.

    `answered` where somebody did, by a message that cannot be read: other questions may well be answered.
    `unheard` where the question never arrived, so that what it asked for has surely not been done.
    """

    def __init__(self, detail: str, *, answered: bool = False, unheard: bool = False) -> None:
        super().__init__("api-unreachable", detail, 0)
        self.answered = answered
        self.unheard = unheard
