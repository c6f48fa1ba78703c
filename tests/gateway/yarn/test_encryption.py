"""What a wire tap on a node reads of a kernel: its cells in clear, and nothing where encryption is set."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from harness.gateway import Channel, GatewayProcess, Gateways, KernelClient
from harness.network_capture import MISSING, Capture, can_capture
from harness.spare_gateway import StartGateway
from harness.yarn_gateway import YarnGateway
from kubeyard_kernelspecs import remove_kernelspec, write_kernelspec

pytestmark = [
    pytest.mark.daemons,
    pytest.mark.timeout(420),
    pytest.mark.skipif(not can_capture(), reason=MISSING),
]
CLEAR = {"KUBEYARD_GATEWAY_KERNEL_ENCRYPTION": "none"}
# The way to kernels is encrypted unless it is switched off.
ENCRYPTED = {"KUBEYARD_GATEWAY_SPARK_ENCRYPTION": "1"}
LARGE_BYTES = 100_000


def ports_of(gateway: GatewayProcess, kernel_id: str) -> list[int]:
    """Every port of the kernel that the gateway connects to."""
    file = gateway.folder / "state" / "kernel_sessions" / f"{kernel_id}.json"
    record = json.loads(file.read_text())[kernel_id]
    ports = [value for name, value in record["connection_info"].items() if name.endswith("_port")]
    return [*ports, record["process_info"]["comm_port"]]


def report_port(gateway: GatewayProcess) -> int:
    return int(gateway.environment["KUBEYARD_GATEWAY_RESPONSE"].rpartition(":")[2])


def signing_key(gateway: GatewayProcess, kernel_id: str) -> str:
    file = gateway.folder / "state" / "kernel_sessions" / f"{kernel_id}.json"
    return str(json.loads(file.read_text())[kernel_id]["connection_info"]["key"])


def talk(client: KernelClient, kernel_id: str, cell: str, printed: str) -> None:
    """Run a cell, come back to its output, and interrupt: every channel and the control port are used."""
    session = uuid.uuid4().hex
    with client.connect(kernel_id, session, timeout_seconds=60) as channel:
        code = f"{cell!r}; print(''.join(reversed({printed[::-1]!r})))"
        assert printed in channel.run(code)
    with client.connect(kernel_id, session, timeout_seconds=60, after=[]) as channel:
        assert channel.run("1 + 1") == "2"
    assert client.send("POST", f"/api/kernels/{kernel_id}/interrupt").status_code == 204


@pytest.mark.parametrize("settings", [CLEAR, ENCRYPTED], ids=["in clear", "encrypted"])
def test_between_gateway_and_kernel(yarn: YarnGateway, start_own: Gateways, settings: dict[str, str]) -> None:
    gateway = start_own(**settings)
    ada, cell, printed = gateway.client("ada"), uuid.uuid4().hex, uuid.uuid4().hex
    with Capture([report_port(gateway)]) as reported:
        kernel_id = ada.start(yarn.spec.name)
        reported.until_more_than(500)
    # The report is sealed whatever is set.
    assert not reported.saw(signing_key(gateway, kernel_id))
    with Capture(ports_of(gateway, kernel_id)) as capture:
        talk(ada, kernel_id, cell, printed)
        capture.until_more_than(2000)
    clear = settings == CLEAR
    assert [capture.saw(text) for text in (cell, printed, "execute_request", "signum")] == [clear] * 4
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204


def test_an_encrypted_kernel_outlives_its_gateway_and_can_be_restarted(
    yarn: YarnGateway, start_own: Gateways
) -> None:
    gateway = start_own(**ENCRYPTED)
    ada, session = gateway.client("ada"), uuid.uuid4().hex
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id, session) as channel:
        assert channel.run("kept = 41") == ""
    gateway.stop()
    gateway.start()
    with ada.connect(kernel_id, session) as channel:
        assert channel.run("kept + 1") == "42"
    assert ada.send("POST", f"/api/kernels/{kernel_id}/restart").status_code == 200
    with ada.connect(kernel_id) as channel:
        assert channel.run("'kept' in globals()") == "False"


def spark_ports(channel: Channel) -> list[int]:
    """The driver's ports that executors use: for messages, and for blocks."""
    said = channel.run(
        "blocks = sc._jsc.sc().env().blockManager().blockManagerId()\n"
        "print(sc.getConf().get('spark.driver.port'), blocks.port())"
    )
    return [int(word) for word in said.split()[-2:]]


SHARED = """
word = '{word}'
large = sc.broadcast(word * {repeated})
found = sc.parallelize([word + str(n) for n in range(4)], 2).map(lambda w: (w, len(large.value))).collect()
print(len(found), found[0][1])
"""
# What executors write for each other lies below the application's own folder on the node. It is compressed,
# which may take a word apart.
SHUFFLED = """
import os, pathlib
pairs = sc.parallelize(['{word}' + str(n) for n in range(50)], 2).map(lambda w: (w, 1))
assert pairs.groupByKey(2).count() == 50
places = [pathlib.Path(place) for place in os.environ['LOCAL_DIRS'].split(',')]
written = [file for place in places for file in place.rglob('shuffle_*.data')]
parts = [b'{word}'[start:start + 12] for start in range(20)]
print(len(written) > 0, any(part in file.read_bytes() for file in written for part in parts))
"""


@pytest.mark.long
@pytest.mark.parametrize("settings", [{}, ENCRYPTED], ids=["in clear", "encrypted"])
def test_between_driver_and_executors_and_on_their_disks(
    yarn: YarnGateway, start_own: Gateways, settings: dict[str, str]
) -> None:
    gateway = start_own(**settings)
    ada, word = gateway.client("ada"), uuid.uuid4().hex
    with ada.connect(ada.start(yarn.spec.name)) as channel:
        ports = spark_ports(channel)
        repeated = LARGE_BYTES // len(word)
        with Capture(ports) as capture:
            said = channel.run(SHARED.format(word=word, repeated=repeated))
            assert said.endswith(f"4 {repeated * len(word)}\n")
            capture.until_more_than(2000)
        on_disk = channel.run(SHUFFLED.format(word=word))
    assert on_disk == f"True {not settings}\n"
    # Broadcasts are compressed; what a task is given and what it returns are not.
    assert capture.saw(word) is not bool(settings)


@pytest.fixture
def two_executors(yarn: YarnGateway) -> Iterator[str]:
    """A kernelspec of ada's with two executors of one core each."""
    spec = replace(yarn.spec, name="ada.two", owner="ada", executors=2, executor_cores=1)
    write_kernelspec(yarn.kernelspecs, spec)
    yield spec.name
    remove_kernelspec(yarn.kernelspecs, spec.name)


# Each of its two tasks ends when the other one runs: none does before there are two executors.
MET = """
import pathlib, time
def meet(number):
    folder = pathlib.Path({folder!r})
    (folder / str(number)).touch()
    while len(list(folder.iterdir())) < 2:
        time.sleep(0.1)
sc.parallelize(range(2), 2).foreach(meet)
executors = sc._jsc.sc().statusStore().executorList(True)
found = [executors.apply(number) for number in range(executors.size())]
print(*(each.hostPort().rpartition(':')[2] for each in found if each.id() != 'driver'))
"""
# On one node executors read each other's shuffled data from the disk; what is kept twice, one sends.
KEPT_TWICE = """
import os
from pyspark import StorageLevel
rows = [('{word}' + str(number), os.urandom(200)) for number in range(50)]
sc.parallelize(rows, 2).persist(StorageLevel.MEMORY_ONLY_2).count()
"""


@pytest.mark.long
@pytest.mark.parametrize("settings", [{}, ENCRYPTED], ids=["in clear", "encrypted"])
def test_between_executors(
    yarn: YarnGateway, start_own: Gateways, settings: dict[str, str], two_executors: str, steps: Path
) -> None:
    ada, word = start_own(**settings).client("ada"), uuid.uuid4().hex
    with ada.connect(ada.start(two_executors)) as channel:
        ports = [int(port) for port in channel.run(MET.format(folder=str(steps))).splitlines()[-1].split()]
        assert len(ports) == 2
        # The driver listens elsewhere: both ends of what goes by here are executors.
        with Capture(ports) as capture:
            assert channel.run(KEPT_TWICE.format(word=word)) == "50"
            capture.until_more_than(2000)
    assert capture.saw(word) is not bool(settings)


@pytest.mark.long
def test_an_encrypted_spare_is_taken_and_one_in_clear_is_not(yarn: YarnGateway, start: StartGateway) -> None:
    gateway = start(**ENCRYPTED)
    ada = gateway.client("ada")
    gateway.warm(ada, yarn.spec.name)
    kernel_id = ada.start(yarn.spec.name)
    assert gateway.model(ada, kernel_id)["warm"]
    with ada.connect(kernel_id) as channel:
        assert channel.run("6 * 7") == "42"
        assert channel.run("spark.range(7).count()") == "7"
    gateway.process.stop()
    gateway.process.start()
    with ada.connect(kernel_id) as channel:
        assert channel.run("6 * 8") == "48"
    gateway.warm(ada, yarn.spec.name)
    gateway.process.stop()
    gateway.process.environment |= dict.fromkeys(ENCRYPTED, "0") | CLEAR
    gateway.process.start()
    model = gateway.model(ada, ada.start(yarn.spec.name))
    assert not model["warm"]
