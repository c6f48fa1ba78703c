"""The kernel's ZeroMQ sockets under CurveZMQ: nobody but its gateway gets in, and nobody can read along."""

import threading
from typing import Any

import zmq
from ipykernel.heartbeat import Heartbeat
from ipykernel.kernelapp import IPKernelApp
from zmq.utils import z85

# Where libzmq asks, within each context, who may connect.
_QUESTIONS = "inproc://zeromq.zap.01"


class Door:
    """The kernel's pair of keys, and the keys of those who may come in."""

    def __init__(self, gateway_key: str) -> None:
        """`gateway_key` is the public key of the gateway that asked for this kernel."""
        if not zmq.has("curve"):
            raise RuntimeError(
                "the platform encrypts the way to its kernels, and this environment's pyzmq cannot; "
                "build the environment with pyzmq from a wheel or from conda-forge"
            )
        self.public_key, self._secret_key = zmq.curve_keypair()
        # The kernel is a client of its own as well, for its debugger.
        self._welcome = {z85.decode(key) for key in (gateway_key.encode(), self.public_key)}
        self._watched: list[Any] = []

    def guard(self, socket: Any) -> None:
        """Call it before the socket is bound."""
        if socket.context not in self._watched:
            self._watched.append(socket.context)
            questions = socket.context.socket(zmq.REP)
            # Without an answer libzmq lets everybody in who knows the kernel's public key.
            questions.bind(_QUESTIONS)
            threading.Thread(target=self._answer, args=(questions,), name="door", daemon=True).start()
        socket.curve_server = True
        socket.curve_secretkey = self._secret_key

    def open_for_own(self, socket: Any) -> None:
        """Call it before a socket of this process connects to a guarded one."""
        socket.curve_serverkey = socket.curve_publickey = self.public_key
        socket.curve_secretkey = self._secret_key

    def _answer(self, questions: Any) -> None:
        with questions:
            while True:
                try:
                    version, request, *_, mechanism, key = questions.recv_multipart()
                    known = mechanism == b"CURVE" and key in self._welcome
                    verdict = (b"200", b"OK") if known else (b"400", b"not this kernel's gateway")
                    questions.send_multipart([version, request, *verdict, b"", b""])
                except zmq.ContextTerminated:
                    return


class GuardedHeartbeat(Heartbeat):
    """ipykernel's heartbeat has a context and a socket of its own."""

    door: Door

    def _try_bind_socket(self) -> Any:
        self.door.guard(self.socket)
        return super()._try_bind_socket()  # type: ignore[no-untyped-call]  # ipykernel's is untyped


class GuardedKernelApp(IPKernelApp):
    """Every port of the kernel is behind the door, which is set before `initialize`."""

    door: Door

    def _try_bind_socket(self, s: Any, port: int) -> Any:
        self.door.guard(s)
        return super()._try_bind_socket(s, port)  # type: ignore[no-untyped-call]  # ipykernel's is untyped

    def init_control(self, context: Any) -> None:
        """Have the debugger come in by the door too."""
        super().init_control(context)  # type: ignore[no-untyped-call]  # ipykernel's is untyped
        endpoint = self.shell_socket.getsockopt(zmq.LAST_ENDPOINT)
        self.debug_shell_socket.disconnect(endpoint)
        self.door.open_for_own(self.debug_shell_socket)
        self.debug_shell_socket.connect(endpoint)

    def init_heartbeat(self) -> None:
        """As ipykernel does, with a guarded socket."""
        heartbeat = GuardedHeartbeat(zmq.Context(), (self.transport, self.ip, self.hb_port))  # type: ignore[no-untyped-call]  # ipykernel's is untyped
        heartbeat.door = self.door
        self.heartbeat, self.hb_port = heartbeat, heartbeat.port
        heartbeat.start()
