"""How many kernels one gateway can be connected to: files and sockets, as many as the system grants."""

import resource

import structlog

log = structlog.get_logger("kubeyard_gateway")
# Each kernel with an open notebook takes up to seven sockets of ZeroMQ, and the WebSocket.
FILES_OF_A_SOCKET = 2
# Logs, databases of names, HTTP connections, and kernels' control ports that are being asked.
FILES_KEPT_FREE = 512
# ZeroMQ takes no more.
MOST_SOCKETS = 65535


def raise_file_limit() -> int:
    """Let this process open as many files as it may, and return how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        log.info("file_limit_raised", before=soft, files=hard)
    return hard


def sockets_for(files: int) -> int:
    """Return the number of ZeroMQ's sockets that go with so many files; its own default is 1,023."""
    if files == resource.RLIM_INFINITY:
        return MOST_SOCKETS
    return max(1, min(MOST_SOCKETS, (files - FILES_KEPT_FREE) // FILES_OF_A_SOCKET))
