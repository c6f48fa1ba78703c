"""A client that comes back while its cells end one after the other: each answer reaches it, and once."""

import uuid
from collections.abc import Iterator

import pytest
from harness.gateway import Channel, Gateways, KernelClient
from harness.launched_kernels import launching_gateway
from harness.scripted_yarn import SPEC

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
# They end while the gateway asks the kernel for answers that the client may have missed: at once, and once
# more a second later.
CELLS = 60
CELL = "import time; time.sleep(0.02)"
ROUNDS = 4


@pytest.fixture(scope="module")
def ada(start_gateway: Gateways, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelClient]:
    """Ada, at a gateway whose kernels are the launcher's."""
    with launching_gateway(start_gateway, tmp_path_factory.mktemp("cluster")) as (gateway, _):
        yield gateway.client("ada")


def answered_cells(channel: Channel, until: str) -> list[str]:
    """The cells that are answered, each time that one is, until the answer of one has come."""
    found: list[str] = []
    while until not in found:
        message = channel.receive()
        if message["msg_type"] == "execute_reply":
            found.append(message["parent_header"]["msg_id"])
    return found


def test_each_answer_comes_once_to_a_client_that_comes_back_meanwhile(ada: KernelClient) -> None:
    kernel_id, session_id = ada.start(SPEC.name), uuid.uuid4().hex
    with ada.connect(kernel_id, session_id) as channel:
        channel.run("1")
    for _ in range(ROUNDS):
        with ada.connect(kernel_id, session_id) as channel:
            sent = [channel.send(CELL) for _ in range(CELLS)]
            begun = answered_cells(channel, sent[0])
        with ada.connect(kernel_id, session_id, timeout_seconds=20, after=[]) as channel:
            came = answered_cells(channel, sent[-1])
            # Behind the last there is nothing more of them.
            channel.run("1")
        assert begun == [sent[0]]
        assert [ident for ident in came if ident in sent] == sent
