"""The TCP connections of a running process, and what only the operating system knows of them."""

import ctypes
import os
import socket

import psutil

# No wrapper in Python's library; the same number on every architecture.
_PIDFD_GETFD = 438


def undelayed(pid: int, *, local_port: int = 0, remote_port: int = 0) -> list[bool]:
    """Whether each established connection of the process with these ports sends small messages at once."""
    return [
        _has_no_delay(pid, one.fd)
        for one in psutil.Process(pid).net_connections("tcp")
        if one.status == psutil.CONN_ESTABLISHED
        and local_port in (0, one.laddr.port)
        and remote_port in (0, one.raddr.port)
    ]


def _has_no_delay(pid: int, descriptor: int) -> bool:
    """Ask for TCP_NODELAY by a copy of the descriptor, which the parent of a process may take."""
    library = ctypes.CDLL(None, use_errno=True)
    handle = os.pidfd_open(pid)
    try:
        copy = library.syscall(_PIDFD_GETFD, handle, descriptor, 0)
        if copy < 0:
            raise OSError(ctypes.get_errno(), f"descriptor {descriptor} of process {pid} cannot be copied")
    finally:
        os.close(handle)
    with socket.socket(fileno=copy) as connection:
        return bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
