"""A kernel's ports under CurveZMQ: its gateway and the kernel itself come in, and nobody else."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
import zmq
from kubeyard_kernelspecs.launcher.curve import Door

WELCOME_WITHIN_MS = 5000
# Long enough for a handshake on a busy machine; whoever is not let in never hears anything.
REFUSED_AFTER_MS = 1000


@dataclass
class Kernel:
    """A guarded port that answers, and the keys of the gateway that asked for it."""

    context: zmq.Context[zmq.Socket[bytes]]
    socket: zmq.Socket[bytes]
    door: Door
    gateway: tuple[bytes, bytes]
    port: int

    def client(self, keys: tuple[bytes, bytes] | None = None, kernel: bytes | None = None) -> bool:
        """Whether somebody with these keys, or with none, gets a word through."""
        own: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        with own:
            own.linger = 0
            if keys is not None:
                own.curve_publickey, own.curve_secretkey = keys
                own.curve_serverkey = kernel or self.door.public_key
            own.connect(f"tcp://127.0.0.1:{self.port}")
            # One that is refused before it has spoken has nowhere left to send to, and would wait for ever.
            with suppress(zmq.Again):
                own.send(b"hello", zmq.DONTWAIT)
            within = WELCOME_WITHIN_MS if keys == self.gateway and kernel is None else REFUSED_AFTER_MS
            return bool(self.socket.poll(within)) and self.socket.recv_multipart()[-1] == b"hello"


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    gateway = zmq.curve_keypair()
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    socket = context.socket(zmq.ROUTER)
    socket.linger = 0
    door = Door(gateway[0].decode())
    door.guard(socket)
    port = socket.bind_to_random_port("tcp://127.0.0.1")
    yield Kernel(context, socket, door, gateway, port)
    socket.close()
    context.term()


def test_its_gateway_comes_in(kernel: Kernel) -> None:
    assert kernel.client(kernel.gateway)


@pytest.mark.slow
def test_who_has_no_keys_does_not(kernel: Kernel) -> None:
    assert not kernel.client()


@pytest.mark.slow
def test_who_knows_the_kernels_public_key_alone_does_not(kernel: Kernel) -> None:
    assert not kernel.client(zmq.curve_keypair())
    assert kernel.client(kernel.gateway)


@pytest.mark.slow
def test_a_gateway_speaks_to_no_other_kernel_in_its_place(kernel: Kernel) -> None:
    assert not kernel.client(kernel.gateway, zmq.curve_keypair()[0])


def test_the_kernel_is_a_client_of_its_own(kernel: Kernel) -> None:
    own = kernel.context.socket(zmq.DEALER)
    own.linger = 0
    kernel.door.open_for_own(own)
    with own:
        own.connect(f"tcp://127.0.0.1:{kernel.port}")
        own.send(b"debug")
        assert kernel.socket.poll(WELCOME_WITHIN_MS)
        assert kernel.socket.recv_multipart()[-1] == b"debug"
