"""Writing a file so that a reader sees the old one or the new one, and nobody ever half of one."""

import os
from pathlib import Path


def write_whole(file: Path, content: bytes, mode: int, *, durable: bool = True) -> None:
    """Replace `file` in one step; `mode` counts from its first moment on. For one writer at a time.

    It is written as a draft beside it, which a failure removes and which the next write replaces after a
    kill. `durable` waits until the content is on the disk: a power cut must not leave an empty file.
    Raises OSError, and then leaves what is there.
    """
    draft = _draft_of(file)
    # What a kill left may be open to others.
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            # Whatever the process's umask is.
            os.fchmod(descriptor, mode)
            stream.write(content)
            if durable:
                stream.flush()
                os.fsync(descriptor)
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def remove_drafts(folder: Path) -> None:
    """Remove what kills left in a folder whose files come and go: no next write replaces those."""
    for draft in folder.glob(_draft_of(folder / "*").name):
        draft.unlink(missing_ok=True)


def _draft_of(file: Path) -> Path:
    # Its ending keeps it from whoever looks for files of a kind.
    return file.with_name(f".{file.name}.draft")
