"""A server that never says a word to one kind of request, like the address of a machine that is gone."""

import socketserver
import threading
from typing import Self


class Silence:
    """Listens while the block lasts, and hangs up on whoever asks for something else than `path`.

    The connections of those who asked for it stay open until `end`.
    """

    def __init__(self, port: int, path: str) -> None:
        self.asked = threading.Event()
        self._over = threading.Event()
        silence = self

        class Listener(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                if path.encode() in self.rfile.readline():
                    silence.asked.set()
                    silence._over.wait()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", port), Listener)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def end(self) -> None:
        """Hang up on all who still wait."""
        self._over.set()
