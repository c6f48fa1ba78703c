"""A Lab ends when it is told to, however idle it is."""

import signal

from jupyter_server.serverapp import ServerApp


def end_when_told(server: ServerApp) -> None:
    """Have SIGTERM wake the server's loop.

    Jupyter's server takes the signal by Python's own handler, which runs when the main thread next does: one
    that comes while the loop is about to wait, or that the kernel gives to another thread, is heard when
    something else happens. In a Lab that nobody uses, that is never.
    """
    loop = server.io_loop.asyncio_loop  # type: ignore[attr-defined]  # Tornado's loop on asyncio has it
    loop.add_signal_handler(signal.SIGTERM, _end, server)


def _end(server: ServerApp) -> None:
    server.log.critical("received signal %s, stopping", int(signal.SIGTERM))
    server.stop()
