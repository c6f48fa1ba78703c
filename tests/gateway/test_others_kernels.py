"""Bob has a good token and tries everything on ada's kernel."""

import json
from contextlib import closing

import pytest
import websocket
from harness.gateway import GatewayProcess, KernelClient

NEVER_WAS = "00000000-0000-4000-8000-000000000000"
FOR_EVER = "import time\nprint('on', flush=True)\nwhile True: time.sleep(0.05)"


def exact(client: KernelClient, method: str, path: str, **headers: str) -> tuple[int, str]:
    """Send a path that no library has tidied up."""
    with closing(client.http()) as connection:
        connection.putrequest(method, path)
        for name, value in (client.headers | headers).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")


def dial(client: KernelClient, kernel_id: str, query: str = "", headers: dict[str, str] | None = None) -> int:
    """Open a WebSocket and return the status it is answered with."""
    address = client.url.replace("http", "ws", 1)
    try:
        websocket.create_connection(
            f"{address}/api/kernels/{kernel_id}/channels?session_id=evil{query}",
            header=client.headers if headers is None else headers,
            timeout=20,
            sslopt={"context": client.tls} if client.tls else None,
        ).close()
    except websocket.WebSocketBadStatusException as refused:
        return int(refused.status_code)
    return 101


def test_everybody_lists_only_his_own_kernels(
    ada: KernelClient, bob: KernelClient, adas_kernel: str, bobs_kernel: str
) -> None:
    assert adas_kernel in ada.kernel_ids()
    assert bobs_kernel not in ada.kernel_ids()
    assert bobs_kernel in bob.kernel_ids()
    assert adas_kernel not in bob.kernel_ids()


def test_an_administrator_lists_and_reads_all_kernels(
    admin: KernelClient, adas_kernel: str, bobs_kernel: str
) -> None:
    assert {adas_kernel, bobs_kernel} <= set(admin.kernel_ids())
    assert admin.send("GET", f"/api/kernels/{adas_kernel}").status_code == 200
    assert dial(admin, adas_kernel) == 101


def test_an_administrator_interrupts_and_restarts_anothers_kernel(
    ada: KernelClient, admin: KernelClient
) -> None:
    kernel_id = ada.start("kubeyard.local")
    with ada.connect(kernel_id) as channel:
        cell = channel.joined().send(FOR_EVER)
        # The kernel is busy from a moment before the cell runs, and an interrupt in it ends nothing.
        channel.until_printed("on")
        assert admin.send("POST", f"/api/kernels/{kernel_id}/interrupt").status_code == 204
        assert "KeyboardInterrupt" in channel.output(cell)
        channel.run("kept = 1")
    assert admin.send("POST", f"/api/kernels/{kernel_id}/restart").status_code == 200
    with ada.connect(kernel_id) as channel:
        assert channel.joined().run("'kept' in globals()") == "False"


def test_a_kernel_runs_as_the_caller_whatever_he_sends(
    bob: KernelClient, adas_kernel: str, bobs_kernel: str
) -> None:
    names = ("KERNEL_USERNAME", "KERNEL_ID", "LD_PRELOAD", "KERNEL_EXTRA_SPARK_OPTS")
    with bob.connect(bobs_kernel) as channel:
        seen = channel.run(f"import os; print(*[os.environ.get(name) for name in {names}])")
    assert bobs_kernel != adas_kernel
    assert seen.split() == ["bob", bobs_kernel, "None", "None"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/kernels/{ada}"),
        ("POST", "/api/kernels/{ada}/interrupt"),
        ("POST", "/api/kernels/{ada}/restart"),
        ("DELETE", "/api/kernels/{ada}"),
        ("GET", "/api/kernels/{ada}/channels"),
        ("GET", "/api/sessions"),
        ("GET", "/api/sessions/{ada}"),
        ("DELETE", "/api/sessions/{ada}"),
        ("GET", "/api/swagger.json"),
        ("GET", "/api/swagger.yaml"),
    ],
)
def test_every_route_hides_anothers_kernel(
    bob: KernelClient, adas_kernel: str, method: str, path: str
) -> None:
    assert bob.send(method, path.format(ada=adas_kernel)).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/kernels/{}"),
        ("DELETE", "/api/kernels/{}"),
        ("POST", "/api/kernels/{}/restart"),
        ("POST", "/api/kernels/{}/interrupt"),
    ],
)
def test_anothers_kernel_and_none_at_all_look_the_same(
    bob: KernelClient, adas_kernel: str, method: str, path: str
) -> None:
    hidden, absent = (bob.send(method, path.format(kernel)) for kernel in (adas_kernel, NEVER_WAS))
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
    assert set(hidden.headers) == set(absent.headers)


def test_an_id_in_capitals_is_no_other_kernel(bob: KernelClient, adas_kernel: str) -> None:
    assert bob.send("GET", f"/api/kernels/{adas_kernel.upper()}").status_code == 404


def test_a_percent_encoded_id_is_no_way_round(bob: KernelClient, adas_kernel: str) -> None:
    encoded = f"%{ord(adas_kernel[0]):02x}{adas_kernel[1:]}"
    assert exact(bob, "GET", f"/api/kernels/{encoded}")[0] == 404


def test_dots_in_the_path_are_no_way_round(bob: KernelClient, adas_kernel: str, bobs_kernel: str) -> None:
    assert exact(bob, "GET", f"/api/kernels/{bobs_kernel}/../{adas_kernel}")[0] == 404


def test_a_method_override_is_not_heeded(bob: KernelClient, ada: KernelClient, adas_kernel: str) -> None:
    sent = exact(bob, "POST", f"/api/kernels/{adas_kernel}", **{"X-HTTP-Method-Override": "DELETE"})
    assert sent[0] == 404
    assert ada.send("GET", f"/api/kernels/{adas_kernel}").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"path": "x", "type": "notebook", "kernel": {"id": "{ada}"}},
        {"path": "x", "type": "notebook", "kernel": {"name": "kubeyard.local"}},
    ],
)
def test_the_sessions_api_starts_nothing(bob: KernelClient, adas_kernel: str, body: object) -> None:
    wanted = json.loads(json.dumps(body).replace("{ada}", adas_kernel))
    assert bob.send("POST", "/api/sessions", wanted).status_code == 404


def test_anothers_websocket_does_not_open(bob: KernelClient, adas_kernel: str) -> None:
    assert dial(bob, adas_kernel) == 404


def test_ones_own_websocket_opens(bob: KernelClient, bobs_kernel: str) -> None:
    assert dial(bob, bobs_kernel) == 101


def test_a_websocket_needs_a_token_in_its_header(
    ada: KernelClient, bob: KernelClient, adas_kernel: str
) -> None:
    assert dial(bob, adas_kernel, headers={}) == 401
    assert dial(bob, adas_kernel, f"&token={bob.token}", headers={}) == 401
    assert dial(bob, adas_kernel, f"&token={ada.token}", headers={}) == 401


@pytest.mark.parametrize(
    "path", ["/api", "/api/kernels", "/api/kernelspecs", "/kernelspecs/kubeyard.local/x"]
)
def test_no_route_answers_without_a_token(gateway: GatewayProcess, path: str) -> None:
    answer = gateway.send("GET", path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_options_needs_a_token_too(gateway: GatewayProcess, adas_kernel: str) -> None:
    assert gateway.send("OPTIONS", f"/api/kernels/{adas_kernel}").status_code == 401


def test_after_all_of_it_adas_kernel_still_computes(ada: KernelClient, adas_kernel: str) -> None:
    with ada.connect(adas_kernel) as channel:
        assert channel.run("6 * 7") == "42"
