"""A kernel's life: start, interrupt, death, restart, stop."""

import threading
from collections.abc import Callable

import pytest
from harness.gateway import Channel, GatewayProcess
from harness.waiting import wait_until

pytestmark = pytest.mark.slow

FOR_EVER = "import time\nprint('on', flush=True)\nwhile True: time.sleep(0.05)"


def test_an_interrupt_ends_the_cell_and_keeps_the_session(gateway: GatewayProcess) -> None:
    ada = gateway.client("ada")
    kernel_id = ada.start("kubeyard.local")
    with ada.connect(kernel_id) as channel:
        channel.run("kept = 5")
        cell = channel.send(FOR_EVER)
        channel.until_printed("on")
        assert ada.send("POST", f"/api/kernels/{kernel_id}/interrupt").status_code == 204
        assert "KeyboardInterrupt" in channel.output(cell)
        assert channel.run("kept") == "5"
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204


TALKATIVE = "import time\nwhile True:\n    print('on', flush=True); time.sleep(0.02)"
WAITS: dict[str, Callable[[Channel], object]] = {
    "the cell nobodys has ended": lambda channel: channel.output("nobodys"),
    "a cell has printed 'off'": lambda channel: channel.until_printed("off"),
    "the kernel is dead": lambda channel: channel.until_status("dead"),
}


@pytest.mark.parametrize("awaited", WAITS)
def test_who_waits_in_vain_is_told_for_what_though_other_messages_come(
    gateway: GatewayProcess, awaited: str
) -> None:
    ada = gateway.client("ada")
    kernel_id = ada.start("kubeyard.local")
    with ada.connect(kernel_id) as channel:
        channel.send(TALKATIVE)
        channel.until_printed("on")
        with pytest.raises(AssertionError, match=f"until {awaited}; the last message was stream"):
            WAITS[awaited](Channel(channel.socket, cell_seconds=0.5))
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204


def test_a_question_beside_a_running_cell_leaves_the_kernel_busy(gateway: GatewayProcess) -> None:
    ada = gateway.client("ada")
    kernel_id = ada.start("kubeyard.local")

    def state() -> str:
        return str(ada.send("GET", f"/api/kernels/{kernel_id}").json()["execution_state"])

    def is_followed() -> bool:
        channel.run("1")
        return state() == "idle"

    with ada.connect(kernel_id) as channel:
        # The gateway's own connection may come too late for the first words of a kernel that has just begun.
        wait_until(is_followed, "the gateway follows what the kernel does")
        channel.send(FOR_EVER)
        channel.until_printed("on")
        asked = channel.ask_control()
        # The status after its answer, which the gateway has read before it passes it on.
        channel.until_status("idle", of=asked)
        assert state() == "busy"
        ada.send("POST", f"/api/kernels/{kernel_id}/interrupt")
        wait_until(lambda: state() == "idle", "the end of the cell is told")
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204


def test_a_dead_kernel_is_told_kept_and_restarted(gateway: GatewayProcess) -> None:
    ada = gateway.client("ada")
    kernel_id = ada.start("kubeyard.local")
    with ada.connect(kernel_id) as channel:
        channel.send("import os; os._exit(1)")
        channel.until_status("dead")
    model = ada.send("GET", f"/api/kernels/{kernel_id}").json()
    assert model["execution_state"] == "dead"
    assert model["reason"]
    assert ada.send("POST", f"/api/kernels/{kernel_id}/restart").status_code == 200
    with ada.connect(kernel_id) as channel:
        assert channel.run("2 + 3") == "5"


def test_a_dead_kernel_can_be_deleted(gateway: GatewayProcess) -> None:
    ada = gateway.client("ada")
    kernel_id = ada.start("kubeyard.local")
    with ada.connect(kernel_id) as channel:
        channel.send("import os; os._exit(1)")
        channel.until_status("dead")
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    assert kernel_id not in ada.kernel_ids()


def test_a_restart_begins_with_an_empty_session(gateway: GatewayProcess) -> None:
    ada = gateway.client("ada")
    kernel_id = ada.start("kubeyard.local")
    with ada.connect(kernel_id) as channel:
        channel.run("gone = 1")
    assert ada.send("POST", f"/api/kernels/{kernel_id}/restart").json()["id"] == kernel_id
    with ada.connect(kernel_id) as channel:
        assert channel.run("'gone' in globals()") == "False"


def test_two_users_starting_at_once_get_their_own_environments(gateway: GatewayProcess) -> None:
    users = ("ada", "bob")
    clients = {user: gateway.client(user) for user in users}
    started: dict[str, str] = {}

    def start(user: str) -> None:
        started[user] = clients[user].start("kubeyard.local", {"KERNEL_WORKING_DIR": f"/home/{user}"})

    threads = [threading.Thread(target=start, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for user in users:
        with clients[user].connect(started[user]) as channel:
            seen = channel.run(
                "import os; print(os.environ['KERNEL_USERNAME'], os.environ['KERNEL_WORKING_DIR'])"
            )
        assert seen.split() == [user, f"/home/{user}"]


def test_a_stopped_kernel_is_gone(gateway: GatewayProcess) -> None:
    ada = gateway.client("ada")
    kernel_id = ada.start("kubeyard.local")
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    wait_until(lambda: kernel_id not in ada.kernel_ids(), "the kernel is gone")
    assert ada.send("GET", f"/api/kernels/{kernel_id}").status_code == 404
