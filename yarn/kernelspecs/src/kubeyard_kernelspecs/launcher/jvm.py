"""The Java side of this container: the way to its Py4J gateway, and whether it still lives."""

import json
import os
import socket
from pathlib import Path

WAIT_SECONDS = 180


class Jvm:
    """Spark's ApplicationMaster, which started this process and hands over its gateway through the relay."""

    def __init__(self) -> None:
        """Open the socket at once: the relay may come at any time from now on."""
        self._parent = os.getppid()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind("kernel.sock")
        self._socket.listen(1)
        self._socket.settimeout(0.5)
        self._relay: socket.socket | None = None

    @property
    def is_gone(self) -> bool:
        """Whether Java has ended: its children then belong to another parent."""
        return os.getppid() != self._parent

    def gateway(self) -> dict[str, str]:
        """Wait for the relay and return what pyspark wants to find in the environment."""
        if "PYSPARK_GATEWAY_PORT" in os.environ:
            # Spark itself has started this process, as spark-submit told it.
            return {}
        for _ in range(WAIT_SECONDS * 2):
            try:
                self._relay, _ = self._socket.accept()
            except TimeoutError:
                if self.is_gone:
                    raise RuntimeError(self.last_words()) from None
                continue
            self._relay.settimeout(WAIT_SECONDS)
            with self._relay.makefile("rb") as lines:
                return {str(name): str(value) for name, value in json.loads(lines.readline()).items()}
        raise TimeoutError(f"Spark's JVM did not appear within {WAIT_SECONDS} s")

    def say_goodbye(self) -> None:
        """Tell the relay that this is a good end; without it the application counts as failed."""
        if self._relay is not None:
            self._relay.sendall(b"bye")

    def last_words(self) -> str:
        """Return the reason that Java's log gives for its end, as well as one line can tell it."""
        for folder in os.environ.get("LOG_DIRS", "").split(","):
            log = Path(folder) / "stderr"
            if folder and log.is_file():
                lines = log.read_text("utf-8", "replace").splitlines()
                told = [line.strip() for line in lines if "Exception" in line or "Error" in line]
                causes = [line for line in told if line.startswith("Caused by:")]
                if told:
                    return f"Spark's JVM ended: {(causes or told)[-1][:500]}"
        return "Spark's JVM ended without a reason in its log"
