"""Kernels outlive their gateway, and what they printed meanwhile reaches the notebook, in order and once."""

import signal
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from harness.gateway import Channel, GatewayProcess, KernelClient
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]
PRINTING = "import time\nfor i in range({0}):\n    print('line', i, flush=True); time.sleep({1})\n'{2}'"


class Reader:
    """A returning client: what it has, and which messages these were."""

    def __init__(self, client: KernelClient, kernel_id: str) -> None:
        self.client = client
        self.kernel_id = kernel_id
        self.session_id = uuid.uuid4().hex
        self.messages: list[dict[str, Any]] = []
        self.channel = self._connect(None)

    def _connect(self, after: list[str] | None) -> Channel:
        return self.client.connect(self.kernel_id, self.session_id, timeout_seconds=30, after=after)

    def read_until(self, text: str) -> None:
        """Read until a message holds `text`."""
        while not self.messages or text not in str(self.messages[-1]["content"]):
            self.messages.append(self.channel.receive())

    def read_reply(self, ident: str) -> None:
        """Read until the cell is done: its reply and its idle have come, in any order."""
        while len([1 for message in self.messages if self._ends(message, ident)]) < 2:
            self.messages.append(self.channel.receive())

    def _ends(self, message: dict[str, Any], ident: str) -> bool:
        if message["parent_header"].get("msg_id") != ident:
            return False
        return bool(
            message["msg_type"] == "execute_reply" or message["content"].get("execution_state") == "idle"
        )

    def leave(self) -> None:
        """Close the connection."""
        self.channel.__exit__()

    def come_back(self) -> None:
        """Connect again, saying what it has; a gateway that is away is dialled until it is back."""
        self.leave()
        after = [self.messages[-1]["msg_id"]] if self.messages else []

        def connected() -> Channel | None:
            try:
                return self._connect(after)
            except OSError:
                return None

        channel = wait_until(connected, "the gateway takes the connection")
        assert channel is not None
        self.channel = channel

    def lines(self, ident: str) -> list[str]:
        """Everything that the cell printed, as it arrived."""
        told = [
            m for m in self.messages if m["msg_type"] == "stream" and m["parent_header"]["msg_id"] == ident
        ]
        return "".join(message["content"]["text"] for message in told).splitlines()


Read = Callable[[KernelClient, str], Reader]


@pytest.fixture
def read() -> Iterator[Read]:
    """Make readers of a kernel, which are closed in the end."""
    made: list[Reader] = []

    def make(client: KernelClient, kernelspec: str) -> Reader:
        made.append(Reader(client, client.start(kernelspec)))
        return made[-1]

    yield make
    for reader in made:
        reader.leave()


def numbered(count: int) -> list[str]:
    return [f"line {number}" for number in range(count)]


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM])
def test_a_printing_cell_loses_no_line_when_its_gateway_ends(
    yarn: YarnGateway, own: GatewayProcess, signum: signal.Signals, read: Read
) -> None:
    ada = own.client("ada")
    reader = read(ada, yarn.spec.name)
    ident = reader.channel.send(PRINTING.format(60, 0.05, "done"))
    reader.read_until("line 10")
    own.stop(signum)
    own.start()
    reader.come_back()
    reader.read_reply(ident)
    assert reader.lines(ident) == numbered(60)
    assert len({message["msg_id"] for message in reader.messages}) == len(reader.messages)


def test_a_cell_that_ended_while_no_gateway_listened_is_told_whole(
    yarn: YarnGateway, own: GatewayProcess, read: Read
) -> None:
    ada = own.client("ada")
    reader = read(ada, yarn.spec.name)
    ident = reader.channel.send(PRINTING.format(20, 0.02, "done"))
    reader.read_until("line 0")
    own.stop(signal.SIGKILL)
    own.start()
    with ada.connect(reader.kernel_id) as other:
        assert other.run("'after it'") == "'after it'"
    reader.come_back()
    reader.read_reply(ident)
    assert reader.lines(ident) == numbered(20)


def test_output_made_while_only_the_clients_websocket_was_away_comes_in_order(
    yarn: YarnGateway, ada: KernelClient, read: Read
) -> None:
    reader = read(ada, yarn.spec.name)
    ident = reader.channel.send(PRINTING.format(60, 0.03, "done"))
    for line in (5, 20, 35):
        reader.read_until(f"line {line}")
        reader.come_back()
    reader.read_reply(ident)
    assert reader.lines(ident) == numbered(60)


def test_a_client_that_does_not_say_what_it_has_is_remembered_by_its_session(
    yarn: YarnGateway, ada: KernelClient
) -> None:
    kernel_id, session_id = ada.start(yarn.spec.name), uuid.uuid4().hex
    with ada.connect(kernel_id, session_id) as channel:
        ident = channel.send("import time; time.sleep(1); print('late')")
        while channel.receive()["content"].get("execution_state") != "busy":
            pass
    with ada.connect(kernel_id) as other:
        other.run("1")
    with ada.connect(kernel_id, session_id) as channel:
        assert channel.output(ident) == "late\n"


def test_a_client_that_is_new_gets_nothing_of_what_others_had(yarn: YarnGateway, ada: KernelClient) -> None:
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run("print('earlier')")
    with ada.connect(kernel_id) as channel:
        ident = channel.send("'now'")
        first = channel.receive()
        assert first["parent_header"]["msg_id"] == ident


def test_what_a_kernel_does_not_keep_is_told_by_a_line_in_its_place(
    yarn: YarnGateway, ada: KernelClient, read: Read
) -> None:
    reader = read(ada, yarn.spec.name)
    ident = reader.channel.send(
        "import time\nprint('be' + 'fore', flush=True); time.sleep(2)\n"
        "for i in range(40):\n    print(i, 'x' * 1_000_000, flush=True)\n'done'"
    )
    reader.read_until("before")
    reader.leave()
    with ada.connect(reader.kernel_id) as other:
        other.run("1")
    reader.come_back()
    reader.read_reply(ident)
    lines = reader.lines(ident)
    told = [number for number, line in enumerate(lines) if "messages of output are missing" in line]
    assert told == [1]
    # A line of a million characters is several messages, of which the first ones may be missing.
    kept = [int(line.split()[0]) for line in lines[2:] if line[0] != "x"]
    assert 10 <= len(kept) < 40
    assert kept == list(range(40 - len(kept), 40))


def test_a_question_to_the_user_that_no_gateway_heard_is_asked_later(
    yarn: YarnGateway, own: GatewayProcess, read: Read
) -> None:
    reader = read(own.client("ada"), yarn.spec.name)
    code = "import time; print('soon', flush=True); time.sleep(1); print('it is', input('who? '))"
    ident = reader.channel.send(code, allow_stdin=True)
    reader.read_until("soon")
    own.stop(signal.SIGKILL)
    own.start()
    reader.come_back()
    reader.read_until("who?")
    reader.channel.answer("ada")
    reader.read_reply(ident)
    assert reader.lines(ident) == ["soon", "it is ada"]


def test_a_start_under_way_is_refused_with_a_reason_and_leaves_no_application(
    yarn: YarnGateway, own: GatewayProcess
) -> None:
    ada, answers = own.client("ada"), []
    before = {application.id for application in yarn.resource_manager.applications(tags=["kubeyard"])}

    def submitted() -> set[str]:
        return {one.id for one in yarn.resource_manager.applications(tags=["kubeyard"])} - before

    starting = threading.Thread(
        target=lambda: answers.append(ada.send("POST", "/api/kernels", {"name": yarn.spec.name}))
    )
    starting.start()
    found = wait_until(submitted, "the application is submitted", every_seconds=0.01)
    assert own.stop() == 0
    starting.join()
    assert answers[0].status_code == 500
    assert "being restarted" in answers[0].json()["reason"]
    ended = [yarn.resource_manager.application(application_id) for application_id in found]
    assert all(application.state.is_final for application in ended)
