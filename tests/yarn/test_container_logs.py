"""Logs from the real NodeManager while a container runs, and from the real history afterwards."""

from collections.abc import Callable

import pytest
from harness.hadoop import Hadoop, Submit, WaitForContainer
from harness.waiting import wait_until
from kubeyard_yarn.errors import NotFound, Refused, Unreachable
from kubeyard_yarn.log_files import ContainerLogFiles
from kubeyard_yarn.logs import ContainerLogs

pytestmark = pytest.mark.daemons

Printed = tuple[str, str, str]
LINES = 20_000
WHOLE = "".join(f"{number}\n" for number in range(1, LINES + 1)).encode()
NOBODY = "127.0.0.1:1"


@pytest.fixture
def printed(submit: Submit, running_container: WaitForContainer, hadoop: Hadoop) -> Printed:
    """Return an application that has printed WHOLE, and still runs: id, container and node."""
    application_id = submit(f"seq 1 {LINES}; echo oops >&2; exec sleep 120")
    container_id, node = running_container(application_id)

    def is_written() -> bool:
        sizes = {file.name: file.size_bytes for file in hadoop.logs.files(container_id, node)}
        return sizes.get("stdout") == len(WHOLE)

    wait_until(is_written, "the container has printed")
    return application_id, container_id, node


@pytest.fixture
def collected(printed: Printed, hadoop: Hadoop) -> Printed:
    """Return the same once it is killed and YARN has collected its logs."""
    application_id, container_id, node = printed
    hadoop.resource_manager().kill(application_id)
    wait_until(lambda: _collected(hadoop, application_id), "the logs are collected", timeout_seconds=60)
    return application_id, container_id, node


def _collected(hadoop: Hadoop, application_id: str) -> list[ContainerLogFiles]:
    try:
        return hadoop.logs.of_application(application_id)
    except NotFound:
        return []


RANGES = [
    (0, 10),
    (0, 0),
    (5, 7),
    (len(WHOLE) // 2, 20),
    (len(WHOLE) - 3, 100),
    (-7, 3),
    (-7, 100),
    (-10 * len(WHOLE), 5),
    (0, 10 * len(WHOLE)),
    (1, 10 * len(WHOLE)),
    (10 * len(WHOLE), 5),
]


def check_ranges(logs: ContainerLogs, container_id: str, node: str) -> None:
    for offset, length in RANGES:
        part = logs.read(container_id, "stdout", node, offset=offset, length=length)
        expected_offset = offset if offset >= 0 else max(0, len(WHOLE) + offset)
        assert part.offset == expected_offset
        assert part.size_bytes == len(WHOLE)
        assert part.content == WHOLE[expected_offset : expected_offset + length], (offset, length)
    assert b"".join(logs.stream(container_id, "stdout", node)) == WHOLE


def test_of_a_running_container_by_byte_range(hadoop: Hadoop, printed: Printed) -> None:
    _, container_id, node = printed
    check_ranges(hadoop.logs, container_id, node)
    assert hadoop.logs.read(container_id, "stderr", node, length=100).content == b"oops\n"


def test_of_an_ended_container_by_byte_range_whether_its_node_is_known_lost_or_not_named(
    hadoop: Hadoop, collected: Printed
) -> None:
    application_id, container_id, node = collected
    [container] = hadoop.logs.of_application(application_id)
    assert container.container_id == container_id
    assert {"stdout", "stderr"} <= {file.name for file in container.files}
    for where in (node, NOBODY, ""):
        assert {file.name: file.size_bytes for file in hadoop.logs.files(container_id, where)}["stderr"] == 5
        check_ranges(hadoop.logs, container_id, where)


def test_a_growing_log_is_followed_without_a_gap(
    hadoop: Hadoop, submit: Submit, running_container: WaitForContainer
) -> None:
    application_id = submit("for n in $(seq 1 300); do echo line $n; sleep 0.01; done; exec sleep 60")
    container_id, node = running_container(application_id)
    read = b""

    def follow() -> bool:
        nonlocal read
        read += hadoop.logs.read(container_id, "stdout", node, offset=len(read), length=1000).content
        return read.endswith(b"line 300\n")

    wait_until(follow, "the last line is read", every_seconds=0.05)
    assert read == "".join(f"line {number}\n" for number in range(1, 301)).encode()


def test_a_log_that_imitates_the_frame_around_it_is_read_whole(
    hadoop: Hadoop, submit: Submit, running_container: WaitForContainer
) -> None:
    application_id = submit("printf 'LogContents:\\nEnd of LogType:stdout\\n***\\nlast\\n'; exec sleep 60")
    container_id, node = running_container(application_id)
    content = wait_until(
        lambda: hadoop.logs.read(container_id, "stdout", node, length=1000).content, "it has printed"
    )
    assert content == b"LogContents:\nEnd of LogType:stdout\n***\nlast\n"


def test_the_node_refuses_a_stranger(hadoop: Hadoop, printed: Printed) -> None:
    _, container_id, node = printed
    with pytest.raises(Refused, match="eve"):
        ContainerLogs(hadoop.history_url, "eve").read(container_id, "stdout", node, length=10)


@pytest.mark.parametrize("file", ["nope", "../../../etc/passwd", "stdout/../stderr", ""])
def test_a_file_that_is_not_there_is_not_found(hadoop: Hadoop, printed: Printed, file: str) -> None:
    _, container_id, node = printed
    with pytest.raises(NotFound):
        hadoop.logs.read(container_id, file, node, length=10)


def test_a_container_that_never_was_is_not_found(hadoop: Hadoop, printed: Printed) -> None:
    _, _, node = printed
    with pytest.raises(NotFound, match="container_1_0001_01_000001"):
        hadoop.logs.files("container_1_0001_01_000001", node)


def test_until_they_are_collected_logs_are_not_found(hadoop: Hadoop, printed: Printed) -> None:
    application_id, container_id, _ = printed
    asks: list[Callable[[], object]] = [
        lambda: hadoop.logs.of_application(application_id),
        lambda: hadoop.logs.files(container_id),
        lambda: hadoop.logs.read(container_id, "stdout", length=10).content,
    ]
    hadoop.resource_manager().kill(application_id)

    def answered() -> bool:
        # Every other error fails the test: YARN says in many ways that it is not done yet.
        answers = [_unless_absent(ask) for ask in asks]
        return all(answers)

    wait_until(answered, "the logs are collected", timeout_seconds=60, every_seconds=0.02)


def _unless_absent(ask: Callable[[], object]) -> bool:
    try:
        return bool(ask())
    except NotFound:
        return False


def test_the_log_of_an_application_that_never_was_is_not_found(hadoop: Hadoop) -> None:
    with pytest.raises(NotFound, match="container_1_0001_01_000001"):
        hadoop.logs.read("container_1_0001_01_000001", "stdout", length=10)


def test_an_application_that_never_was_is_not_found(hadoop: Hadoop) -> None:
    with pytest.raises(NotFound, match="application_1_0001"):
        hadoop.logs.of_application("application_1_0001")


def test_a_lost_node_whose_logs_are_not_collected_is_unreachable(hadoop: Hadoop, printed: Printed) -> None:
    _, container_id, _ = printed
    with pytest.raises(Unreachable, match=NOBODY):
        hadoop.logs.read(container_id, "stdout", NOBODY, length=10)
