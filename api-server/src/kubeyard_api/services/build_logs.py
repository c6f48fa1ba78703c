"""The log of a build: in parts by byte offset, or as a stream that follows it."""

import json
import time
from collections.abc import Generator
from pathlib import Path

from kubeyard_client.messages.environments import Build
from kubeyard_identity import Caller

from kubeyard_api.builder.recipe import log_path
from kubeyard_api.parts import Parts
from kubeyard_api.services.builds import show_build
from kubeyard_api.storage.base import utc_now

LOOK_SECONDS = 0.05
STATE_SECONDS = 0.5
# Whoever hands the log on notices only now that it has to stop.
HEARTBEAT_SECONDS = 2.0
HEARTBEAT = ": still here\n\n"
LARGEST_PART = 4 << 20
READ_BYTES = 1 << 16


def log_text(parts: Parts, build_id: str, offset: int) -> str:
    """Whole lines from `offset` on, as many as fit in one part."""
    path = log_path(parts.settings.api_builds_dir, build_id)
    return _whole_lines(path, offset, LARGEST_PART).decode("utf-8", "replace")


def log_events(parts: Parts, caller: Caller, build_id: str, offset: int) -> Generator[str, None, None]:
    """One event a line, its id the offset behind it; `step` when the build moves on; `end` comes last."""
    return _Following(parts, caller, build_id, offset).events()


class _Following:
    """One viewer of one log."""

    def __init__(self, parts: Parts, caller: Caller, build_id: str, offset: int) -> None:
        self._parts = parts
        self._caller = caller
        self._build_id = build_id
        self._path = log_path(parts.settings.api_builds_dir, build_id)
        self._offset = offset
        self._shown = ""

    def events(self) -> Generator[str, None, None]:
        """Until the build has ended and all is told, the caller's token runs out, or the server stops."""
        yield f": from {self._offset}\n\n"
        next_look = next_heartbeat = 0.0
        while utc_now() < self._caller.expires_at and not self._parts.streams.are_ending:
            now = time.monotonic()
            build = None
            if now >= next_look:
                # Asked before the log is read: what a build wrote before it ended is then all there.
                build, next_look = show_build(self._parts, self._build_id), now + STATE_SECONDS
                if step := self._step(build):
                    yield step
            while lines := self._lines():
                yield lines
                next_heartbeat = now + HEARTBEAT_SECONDS
            if build and build.state.is_final:
                yield self._end(build)
                return
            if now >= next_heartbeat:
                yield HEARTBEAT
                next_heartbeat = now + HEARTBEAT_SECONDS
            time.sleep(LOOK_SECONDS)

    def _lines(self) -> str:
        content = _whole_lines(self._path, self._offset, READ_BYTES)
        events = []
        for line in content.splitlines(keepends=True):
            self._offset += len(line)
            text = line.decode("utf-8", "replace").rstrip("\n")
            events.append(f"id: {self._offset}\ndata: {text}\n\n")
        return "".join(events)

    def _step(self, build: Build) -> str:
        step = build.step.value if build.step else None
        body = json.dumps(
            {
                "state": build.state.value,
                "step": step,
                "queue_position": build.queue_position,
                "worker": build.worker.model_dump(mode="json"),
            }
        )
        if body == self._shown:
            return ""
        self._shown = body
        return f"event: step\ndata: {body}\n\n"

    def _end(self, build: Build) -> str:
        error = build.error.model_dump() if build.error else None
        body = json.dumps({"state": build.state.value, "error": error})
        return f"event: end\nid: {self._offset}\ndata: {body}\n\n"


def _whole_lines(path: Path, offset: int, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            content = file.read(most)
    except FileNotFoundError:
        return b""
    # A line longer than a part is given out in pieces rather than never.
    return content[: content.rfind(b"\n") + 1] or (content if len(content) == most else b"")
