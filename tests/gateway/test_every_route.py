"""No route of the gateway without a rule: the list that it serves by is walked, with another's things."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from harness.free_address import free_address
from harness.gateway import GatewayProcess, KernelClient, gateway_python

pytestmark = pytest.mark.slow

KERNEL = r"/api/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"
KERNELSPEC = r"(?P<kernel_name>[\w\.\-%]+)"
NEVER_WAS = "00000000-0000-4000-8000-000000000000"
NO_KERNELSPEC = "ada.never"


@dataclass(frozen=True)
class Rule:
    """What bob asks of a route: an address that may name ada's `{kernel}` or `{kernelspec}`, and a body."""

    address: str
    body: Any = None

    def names(self, thing: str) -> bool:
        return f"{{{thing}}}" in self.address + json.dumps(self.body)

    def of(self, kernel: str, kernelspec: str) -> tuple[str, Any]:
        """Return address and body for these two."""

        def filled(text: str) -> str:
            return text.replace("{kernel}", kernel).replace("{kernelspec}", kernelspec)

        return filled(self.address), json.loads(filled(json.dumps(self.body)))


# Supervisors have no token; nothing in the answers is anybody's.
OPEN_TO_ALL = {("/healthz", "GET"), ("/readyz", "GET"), ("/metrics", "GET")}
RULES = {
    ("/api", "GET"): Rule("/api"),
    ("/api/spares", "GET"): Rule("/api/spares"),
    ("/api/spares", "POST"): Rule("/api/spares", {"name": "{kernelspec}"}),
    ("/api/spares", "PUT"): Rule("/api/spares"),
    ("/api/spares", "DELETE"): Rule("/api/spares"),
    ("/api/endings", "GET"): Rule("/api/endings"),
    ("/api/starts", "GET"): Rule("/api/starts"),
    ("/api/kernels", "GET"): Rule("/api/kernels"),
    ("/api/kernels", "POST"): Rule("/api/kernels", {"name": "{kernelspec}"}),
    (KERNEL, "GET"): Rule("/api/kernels/{kernel}"),
    (KERNEL, "DELETE"): Rule("/api/kernels/{kernel}"),
    (KERNEL + "/(?P<action>restart|interrupt)", "POST"): Rule("/api/kernels/{kernel}/restart"),
    (KERNEL + "/notebook", "PUT"): Rule("/api/kernels/{kernel}/notebook", {"path": "a.ipynb"}),
    (KERNEL + "/channels", "GET"): Rule("/api/kernels/{kernel}/channels?session_id=ada"),
    ("/api/kernelspecs", "GET"): Rule("/api/kernelspecs"),
    (f"/api/kernelspecs/{KERNELSPEC}", "GET"): Rule("/api/kernelspecs/{kernelspec}"),
    (f"/kernelspecs/{KERNELSPEC}/(?P<path>.*)", "GET"): Rule("/kernelspecs/{kernelspec}/logo-64x64.png"),
    (f"/kernelspecs/{KERNELSPEC}/(?P<path>.*)", "HEAD"): Rule("/kernelspecs/{kernelspec}/logo-64x64.png"),
}
NAMING = [key for key, rule in RULES.items() if rule.names("kernel") or rule.names("kernelspec")]
LISTS = [key for key in RULES if key not in NAMING and key[1] == "GET"]
BOBS_OWN = {("/api/spares", "PUT"), ("/api/spares", "DELETE")}


@pytest.fixture(scope="module")
def served(gateway: GatewayProcess, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the gateway makes its handlers of."""
    state = tmp_path_factory.mktemp("state")
    own = {
        "KUBEYARD_GATEWAY_BIND": free_address(),
        "KUBEYARD_GATEWAY_RESPONSE": free_address(),
        "KUBEYARD_GATEWAY_STATE_DIR": str(state),
    }
    done = subprocess.run(
        (gateway_python(), str(Path(__file__).with_name("listing_routes.py"))),
        env=gateway.environment | own,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    routes: list[dict[str, Any]] = json.loads(done.stdout)
    return routes


def ask(client: KernelClient, method: str, rule: Rule, kernel: str, kernelspec: str) -> requests.Response:
    address, body = rule.of(kernel, kernelspec)
    return client.send(method, address, body, timeout_seconds=20)


def test_every_route_has_a_rule(served: list[dict[str, Any]]) -> None:
    found = {
        (route["pattern"], method)
        for route in served
        for method in route["methods"]
        # The base of all handlers answers it; the next test asks each.
        if method != "OPTIONS"
    }
    assert found == RULES.keys() | OPEN_TO_ALL


def test_only_what_supervisors_need_is_open(served: list[dict[str, Any]]) -> None:
    unguarded = {
        (route["pattern"], method) for route in served if not route["guarded"] for method in route["methods"]
    }
    assert unguarded == OPEN_TO_ALL


@pytest.mark.parametrize("key", RULES, ids=" ".join)
def test_without_a_token_a_route_tells_nothing(
    gateway: GatewayProcess, adas_kernel: str, key: tuple[str, str]
) -> None:
    address, body = RULES[key].of(adas_kernel, "ada.hers")
    for method in (key[1], "OPTIONS"):
        answer = gateway.send(method, address, json=body)
        # Files of kernelspecs know no OPTIONS, whoever asks.
        assert answer.status_code == 401 or (answer.status_code, method) == (405, "OPTIONS")
        assert adas_kernel not in answer.text


@pytest.mark.parametrize("key", NAMING, ids=" ".join)
def test_adas_things_answer_bob_like_things_that_never_were(
    bob: KernelClient, adas_kernel: str, key: tuple[str, str]
) -> None:
    for method in (key[1], "OPTIONS") if RULES[key].names("kernel") else (key[1],):
        hidden = ask(bob, method, RULES[key], adas_kernel, "ada.hers")
        absent = ask(bob, method, RULES[key], NEVER_WAS, NO_KERNELSPEC)
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert hidden.text == absent.text.replace(NO_KERNELSPEC, "ada.hers")
        assert set(hidden.headers) == set(absent.headers)


@pytest.mark.parametrize("key", LISTS, ids=" ".join)
def test_what_bob_is_told_of_all_has_nothing_of_ada(
    bob: KernelClient, adas_kernel: str, key: tuple[str, str]
) -> None:
    told = ask(bob, key[1], RULES[key], "", "")
    assert told.status_code == 200
    assert [name for name in (adas_kernel, "ada.hers", "ada") if f'"{name}"' in told.text] == []


def test_what_remains_concerns_the_caller_alone(bob: KernelClient, adas_kernel: str) -> None:
    assert set(RULES) == {*NAMING, *LISTS, *BOBS_OWN}
    for key in BOBS_OWN:
        assert ask(bob, key[1], RULES[key], adas_kernel, "ada.hers").status_code == 204


@pytest.mark.parametrize("key", [*NAMING, *LISTS], ids=" ".join)
def test_ada_finds_her_own_by_the_same_addresses(
    ada: KernelClient, adas_kernel: str, key: tuple[str, str]
) -> None:
    # Asking with a method that changes nothing shows that the address itself is good: what is not one's
    # own is 404 to it too. 400 is what a WebSocket's address answers to a plain request.
    method, good = ("GET", (200, 400)) if key[1] == "GET" else ("OPTIONS", (405,))
    assert ask(ada, method, RULES[key], adas_kernel, "ada.hers").status_code in good


@pytest.mark.parametrize("key", [*NAMING, *LISTS], ids=" ".join)
def test_no_route_knows_options_to_its_owner_either(
    ada: KernelClient, adas_kernel: str, key: tuple[str, str]
) -> None:
    assert ask(ada, "OPTIONS", RULES[key], adas_kernel, "ada.hers").status_code == 405


def test_after_all_of_it_adas_kernel_still_computes(ada: KernelClient, adas_kernel: str) -> None:
    with ada.connect(adas_kernel) as channel:
        assert channel.joined().run("6 * 7") == "42"
