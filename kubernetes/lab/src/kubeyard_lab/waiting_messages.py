"""What a notebook sent while its gateway was away, kept in order and within bounds."""

from collections import deque

Message = str | bytes


class TooManyWaitingError(Exception):
    """More messages wait than are kept."""


class WaitingMessages:
    """A queue with a limit in number and in size."""

    def __init__(self, count_max: int, bytes_max: int) -> None:
        self._messages: deque[Message] = deque()
        self._count_max = count_max
        self._bytes_max = bytes_max
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: Message) -> None:
        """Keep the message; raises TooManyWaitingError rather than lose one without a word."""
        if len(self._messages) >= self._count_max or self._bytes + len(message) > self._bytes_max:
            raise TooManyWaitingError
        self._messages.append(message)
        self._bytes += len(message)

    def first(self) -> Message:
        """The oldest one, which stays until `drop_first` says that it was sent."""
        return self._messages[0]

    def drop_first(self) -> None:
        """Forget the oldest one."""
        self._bytes -= len(self._messages.popleft())
