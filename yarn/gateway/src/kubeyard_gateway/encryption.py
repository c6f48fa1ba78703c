"""The way between the gateway and one kernel, where it is encrypted: CurveZMQ, and a seal on requests."""

import re
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import zmq

# 32 bytes in Z85 (rfc.zeromq.org/spec/32).
_KEY = re.compile(r"[0-9a-zA-Z.:+=^!/*?&<>()\[\]{}@%$#-]{40}")


def is_public_key(text: str) -> bool:
    """Whether `text` can be a key of CurveZMQ: libzmq's own words for one that cannot name nothing."""
    return bool(_KEY.fullmatch(text))


@dataclass(frozen=True)
class Curve:
    """The gateway's pair of keys for one kernel and that kernel's public key, each in Z85."""

    public: str
    secret: str
    # Told by the kernel's report.
    kernel: str = ""

    @classmethod
    def fresh(cls) -> Self:
        """Return a new pair, for a kernel that is about to be asked for."""
        public, secret = zmq.curve_keypair()
        return cls(public.decode(), secret.decode())

    @classmethod
    def from_record(cls, record: dict[str, str] | None) -> Self | None:
        """Return what `record` told; None for a kernel whose way is not encrypted."""
        return cls(**record) if record else None

    def of_kernel(self, key: str) -> Self:
        """Return the same, with the public key that the kernel has reported."""
        return replace(self, kernel=key)

    def record(self) -> dict[str, str]:
        """Return it for the next gateway; holds the secret key."""
        return asdict(self)

    def prepare(self, socket: Any) -> None:
        """Have the socket speak to this kernel and to nobody else; call it before it connects."""
        socket.curve_serverkey = self.kernel.encode()
        socket.curve_publickey = self.public.encode()
        socket.curve_secretkey = self.secret.encode()
