"""Why kernels ended: in their notebooks, in their models, and for their people once they are gone."""

import os
import signal
from pathlib import Path

import pytest
import websocket
from harness.gateway import Channel, GatewayProcess, Gateways, KernelClient, brittle_python, local_kernelspec
from harness.waiting import wait_until

pytestmark = pytest.mark.slow
LOCAL = "kubeyard.local"
GONE = "there is no such kernel"


def words_for(client: KernelClient, kernel_id: str) -> str:
    """What a person hears who asks for a kernel that is gone."""
    answer = client.send("GET", f"/api/kernels/{kernel_id}")
    assert answer.status_code == 404
    return str(answer.json()["message"])


def heard(channel: Channel, client: KernelClient, kernel_id: str) -> Channel:
    """Return the channel once the gateway follows the kernel, which it joins a moment after its start."""
    channel.joined()

    def is_heard() -> bool:
        channel.run("1")
        return bool(client.send("GET", f"/api/kernels/{kernel_id}").json()["execution_state"] == "idle")

    wait_until(is_heard, "the gateway hears the kernel")
    return channel


def test_death_under_a_cell_is_the_cells_error(gateway: GatewayProcess) -> None:
    ada = gateway.client("ada")
    kernel_id = ada.start(LOCAL)
    with ada.connect(kernel_id) as channel:
        heard(channel, ada, kernel_id)
        ident = channel.send("import os, time; print(os.getpid(), flush=True); time.sleep(600)")
        while (message := channel.receive())["msg_type"] != "stream":
            pass
        os.kill(int(message["content"]["text"]), signal.SIGKILL)
        kinds = []
        while (message := channel.receive())["content"].get("execution_state") != "dead":
            if message["parent_header"].get("msg_id") == ident:
                kinds.append(message["msg_type"])
                last = message
    assert kinds[-1] == "error"
    assert last["content"]["ename"] == "KernelDied"
    assert "process has ended" in last["content"]["evalue"]
    assert "variables are gone" in "".join(last["content"]["traceback"])
    model = ada.send("GET", f"/api/kernels/{kernel_id}").json()
    assert model["execution_state"] == "dead"
    assert model["kubeyard"]["death"]["what"] == last["content"]["evalue"]
    ada.send("DELETE", f"/api/kernels/{kernel_id}")


def test_death_of_an_idle_kernel_is_a_line_below_its_last_cell(
    gateway: GatewayProcess, tmp_path: Path
) -> None:
    ada, go = gateway.client("ada"), tmp_path / "go"
    kernel_id = ada.start(LOCAL)

    def until_known(state: str) -> None:
        """The gateway hears on its own; of a process that is killed at once perhaps never."""
        path = f"/api/kernels/{kernel_id}"
        wait_until(lambda: ada.send("GET", path).json()["execution_state"] == state, f"known to be {state}")

    with ada.connect(kernel_id) as channel:
        heard(channel, ada, kernel_id)
        code = "import os, pathlib, time; print('pid', os.getpid())"
        ident = channel.send(f"{code}\nwhile not pathlib.Path({str(go)!r}).exists(): time.sleep(0.01)")
        until_known("busy")
        go.touch()
        pid = int(channel.output(ident).split()[1])
        until_known("idle")
        os.kill(pid, signal.SIGKILL)
        said = ""
        while (message := channel.receive())["content"].get("execution_state") != "dead":
            if message["msg_type"] == "stream" and message["parent_header"].get("msg_id") == ident:
                said += message["content"]["text"]
    assert "The kernel died. Its process has ended." in said
    ada.send("DELETE", f"/api/kernels/{kernel_id}")


def test_a_kernel_that_was_stopped_names_who_did_so_to_those_who_may_know(gateway: GatewayProcess) -> None:
    ada, bob, admin = (
        gateway.client("ada"),
        gateway.client("bob"),
        gateway.client("admin", "user", "admin"),
    )
    by_her, by_him = ada.start(LOCAL), ada.start(LOCAL)
    assert ada.send("DELETE", f"/api/kernels/{by_her}").status_code == 204
    assert admin.send("DELETE", f"/api/kernels/{by_him}").status_code == 204
    assert "It was stopped by ada." in words_for(ada, by_her)
    assert "It was stopped by admin." in words_for(ada, by_him)
    assert "It was stopped by admin." in words_for(admin, by_him)
    assert words_for(bob, by_him) == GONE
    causes = {one["id"]: one["reason"]["cause"] for one in ada.send("GET", "/api/endings").json()}
    assert (causes[by_her], causes[by_him]) == ("stopped", "killed")
    assert by_him not in {one["id"] for one in bob.send("GET", "/api/endings").json()}
    assert by_him in {one["id"] for one in admin.send("GET", "/api/endings").json()}


def test_the_first_reason_stays_when_a_dead_kernel_is_tidied_away(gateway: GatewayProcess) -> None:
    ada = gateway.client("ada")
    kernel_id = ada.start(LOCAL)
    with ada.connect(kernel_id) as channel:
        channel.joined().send("import os; os._exit(3)")
        channel.until_status("dead")
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    assert "Its process has ended." in words_for(ada, kernel_id)


def test_an_idle_kernel_that_was_stopped_says_after_how_long(start_gateway: Gateways) -> None:
    quick = {"KUBEYARD_GATEWAY_CULL_IDLE_SECONDS": "2", "KUBEYARD_GATEWAY_CULL_WARNING_SECONDS": "1"}
    gateway = start_gateway(**quick)
    ada = gateway.client("ada")
    kernel_id = ada.start(LOCAL)
    assert ada.send("GET", f"/api/kernels/{kernel_id}").json()["kubeyard"]["idle_limit_seconds"] == 2
    wait_until(lambda: not ada.kernel_ids(), "the kernel is stopped", 30)
    assert "stopped after 2 s without use" in words_for(ada, kernel_id)
    gateway.stop()
    gateway.start()
    assert "stopped after 2 s without use" in words_for(ada, kernel_id)


def test_a_restart_ends_the_running_cell_and_leads_notebooks_to_the_new_kernel(
    gateway: GatewayProcess,
) -> None:
    ada, session = gateway.client("ada"), "a" * 32
    kernel_id = ada.start(LOCAL)
    with ada.connect(kernel_id, session) as channel:
        heard(channel, ada, kernel_id)
        ident = channel.send("import time; print('on', flush=True); time.sleep(600)")
        channel.until_printed("on")
        assert ada.send("POST", f"/api/kernels/{kernel_id}/restart").status_code == 200
        # And not by the interrupt with which it was asked to go.
        said = "KernelRestarted: The kernel was restarted by ada. Its variables are gone."
        assert channel.output(ident) == said
        opcode, frame = channel.socket.recv_data()
        while opcode != websocket.ABNF.OPCODE_CLOSE:
            opcode, frame = channel.socket.recv_data()
        assert int.from_bytes(frame[:2], "big") == 1012
    with ada.connect(kernel_id, session) as channel:
        assert channel.joined().run("'time' in dir()") == "False"
    ada.send("DELETE", f"/api/kernels/{kernel_id}")


def test_a_failed_restart_is_the_end_of_the_running_cell_and_of_the_kernel(start_gateway: Gateways) -> None:
    gateway = start_gateway()
    ada, folder = gateway.client("ada"), gateway.folder
    python = brittle_python(folder / "python-of-ada")
    spec = local_kernelspec(folder / "kernelspecs", "ada", "brittle", public=False, python=str(python))
    kernel_id = ada.start(spec)
    with ada.connect(kernel_id) as channel:
        heard(channel, ada, kernel_id)
        ident = channel.send("import time; print('on', flush=True); time.sleep(600)")
        channel.until_printed("on")
        python.unlink()
        assert ada.send("POST", f"/api/kernels/{kernel_id}/restart").status_code == 500
        said = []
        while (message := channel.receive())["content"].get("execution_state") != "dead":
            if message["parent_header"].get("msg_id") == ident:
                said.append(message)
    assert [each["msg_type"] for each in said] == ["error"]
    words = said[0]["content"]["evalue"]
    assert "did not start again" in words
    assert str(python) in words
    model = ada.send("GET", f"/api/kernels/{kernel_id}").json()
    assert (model["execution_state"], model["kubeyard"]["death"]["what"]) == ("dead", words)
    brittle_python(python)
    restarted = ada.send("POST", f"/api/kernels/{kernel_id}/restart")
    assert restarted.status_code == 200
    assert restarted.json()["execution_state"] != "dead"
    with ada.connect(kernel_id) as channel:
        assert channel.joined().run("1 + 1") == "2"
        heard(channel, ada, kernel_id)
    model = ada.send("GET", f"/api/kernels/{kernel_id}").json()
    assert model["execution_state"] == "idle"
    assert "death" not in model["kubeyard"]
