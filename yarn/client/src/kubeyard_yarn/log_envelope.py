"""The text that YARN puts around a log, taken off by counting: a log may print the same words itself."""

from collections.abc import Iterator
from typing import Self

import requests

from kubeyard_yarn.errors import NotFound, UnexpectedAnswer, Unreachable

_CHUNK_BYTES = 1 << 16
_LENGTH = b"LogLength:"
_CONTENTS = b"\nLogContents:\n"
_TRAILER = b"End of LogType:"
# YARN's header is under 400 bytes; more without an end is something else.
_HEADER_LIMIT_BYTES = 1 << 14


class Envelope:
    """An answer that carries a log between a header and a trailer; used with `with`, which closes it."""

    def __init__(self, answer: requests.Response, what: str) -> None:
        """Read the header; raises NotFound where YARN says so by a sentence and status 200."""
        self._answer = answer
        self._what = what
        self._chunks = self._received()
        try:
            self.size_bytes, self._rest = self._begin()
        except BaseException:
            answer.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._answer.close()

    def content(self, length: int) -> Iterator[bytes]:
        """Yield the first `length` bytes after the header; what follows them is YARN's trailer."""
        chunk = self._rest
        while length > 0:
            yield chunk[:length]
            length -= len(chunk)
            if length > 0 and not (chunk := next(self._chunks, b"")):
                return

    def _received(self) -> Iterator[bytes]:
        try:
            yield from self._answer.iter_content(_CHUNK_BYTES)
        except requests.RequestException as error:
            raise Unreachable(f"{self._what}: the answer broke off; read on from there") from error

    def _begin(self) -> tuple[int, bytes]:
        """Return the log's length, and what came with the header."""
        head = b""
        for chunk in self._chunks:
            head += chunk
            header, marker, content = head.partition(_CONTENTS)
            if marker:
                return self._length_in(header), content
            if len(head) > _HEADER_LIMIT_BYTES:
                break
        # 2.x leaves the header of an empty log out.
        if head.lstrip().startswith(_TRAILER):
            return 0, b""
        if not head.strip() or head.startswith(b"Can not find"):
            raise NotFound(f"{self._what}: YARN has no such log; it may not be there yet, try again")
        start = head[:200].decode(errors="replace")
        raise UnexpectedAnswer(f"{self._what}: the answer is no container log ({start!r}); see YARN's log")

    def _length_in(self, header: bytes) -> int:
        for line in header.splitlines():
            if line.startswith(_LENGTH) and line[len(_LENGTH) :].strip().isdigit():
                return int(line[len(_LENGTH) :])
        raise UnexpectedAnswer(f"{self._what}: YARN tells no length; its version is not understood")
