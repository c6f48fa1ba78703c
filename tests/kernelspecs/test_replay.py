"""What a kernel keeps of its messages, and how it finds the place where a client left off."""

import json

from kubeyard_kernelspecs.launcher.lost import SESSIONS_REMEMBERED, LostBySession
from kubeyard_kernelspecs.launcher.replay import Memory

SIGNED = [b"<IDS|MSG>", b"signature"]


def message(ident: str, text: str = "", parent: str = "cell", topic: bytes = b"stream") -> list[bytes]:
    header = json.dumps({"msg_id": ident, "msg_type": "stream", "session": "kernel"}).encode()
    asked = json.dumps({"msg_id": parent, "session": "notebook"}).encode()
    return [topic, *SIGNED, header, asked, b"{}", json.dumps({"text": text}).encode()]


def filled(count: int, most_bytes: int = 1 << 20, text: str = "") -> Memory:
    memory = Memory(most_bytes)
    for number in range(1, count + 1):
        memory.add("iopub", message(f"m_{number}", text))
    return memory


def kept(memory: Memory, start: int = 1) -> list[int]:
    return [one.number for one in memory.since(start)[0]]


def test_messages_are_numbered_in_the_order_in_which_they_were_sent() -> None:
    memory = filled(3)
    assert kept(memory) == [1, 2, 3]
    assert memory.next_number == 4
    assert memory.since(3)[0][0].frames == tuple(message("m_3"))


def test_a_client_goes_on_behind_the_newest_message_that_it_has() -> None:
    memory = filled(5)
    assert memory.after(["m_3"]) == 4
    assert memory.after(["m_2", "m_4"]) == 5
    assert kept(memory, memory.after(["m_5"])) == []


def test_a_message_of_another_life_is_before_everything() -> None:
    assert filled(3).after(["unknown"]) == 1
    assert filled(3).after([]) == 1


def test_the_oldest_make_room_and_are_counted_as_lost() -> None:
    memory = filled(10, most_bytes=3500, text="x" * 1000)
    assert kept(memory) == [8, 9, 10]
    assert memory.since(1)[1] == 7
    assert memory.since(8)[1] == 0
    assert memory.last_dropped_parent["msg_id"] == "cell"


def test_a_client_that_has_the_last_dropped_message_misses_none() -> None:
    memory = filled(10, most_bytes=3500, text="x" * 1000)
    assert memory.after(["m_7"]) == 8
    assert memory.since(memory.after(["m_7"]))[1] == 0
    assert memory.after(["m_6"]) == 1


def test_a_message_larger_than_all_room_is_lost_with_what_was_before_it() -> None:
    memory = filled(3, most_bytes=5000)
    memory.add("iopub", [*message("large")[:-1], memoryview(b"x" * 6000)])
    assert kept(memory) == []
    assert memory.after(["large"]) == 5
    memory.add("iopub", message("small"))
    assert kept(memory) == [5]
    assert memory.since(1)[1] == 4


def test_without_room_nothing_is_kept_and_the_numbers_go_on() -> None:
    memory = filled(3, most_bytes=0)
    assert kept(memory) == []
    assert memory.next_number == 4


def test_a_buffer_that_the_kernel_writes_over_is_kept_as_it_was() -> None:
    memory, buffer = Memory(1 << 20), bytearray(b"before")
    memory.add("iopub", [*message("m_1"), memoryview(buffer)])
    buffer[:] = b"after!"
    assert memory.since(1)[0][0].frames[-1] == b"before"


def status(ident: str, state: str, parent: str) -> list[bytes]:
    header = json.dumps({"msg_id": ident, "msg_type": "status", "session": "kernel"}).encode()
    asked = json.dumps({"msg_id": parent, "session": "notebook"}).encode()
    content = json.dumps({"execution_state": state}).encode()
    return [b"status", *SIGNED, header, asked, b"{}", content]


def test_the_ends_of_cells_are_kept_when_their_output_is_not() -> None:
    memory = Memory(3500)
    for number in range(1, 4):
        memory.add("iopub", status(f"busy-{number}", "busy", f"cell-{number}"))
        memory.add("iopub", message(f"m_{number}", "x" * 1000, f"cell-{number}"))
        memory.add("iopub", status(f"idle-{number}", "idle", f"cell-{number}"))
    assert [number for number in kept(memory) if number % 3 == 0] == [3, 6, 9]
    found, lost = memory.since(1)
    assert lost + len(found) == 9
    assert memory.since(4)[1] == lost - 2


def test_a_client_that_never_had_anything_is_told_what_it_lost_and_nobody_elses() -> None:
    memory = Memory(3500)
    for number in range(1, 11):
        memory.add("iopub", message(f"m_{number}", "x" * 1000, f"cell-{number}"))
    assert memory.lost_of("notebook") == (7, {"msg_id": "cell-7", "session": "notebook"})
    assert memory.lost_of("another") == (0, {})


def test_only_the_sessions_that_lost_something_lately_are_remembered() -> None:
    lost = LostBySession()
    for number in range(SESSIONS_REMEMBERED + 1):
        lost.add(json.dumps({"msg_id": "cell", "session": f"notebook-{number}"}).encode())
    assert lost.of("notebook-0") == (0, {})
    assert lost.of("notebook-1")[0] == 1
    lost.add(b"{}")
    assert lost.of("") == (1, {})
