"""The door for spares: whose they are decides the token, and a start without one says why."""

import pytest
from harness.gateway import GatewayProcess, KernelClient


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_without_a_token_nothing_is_told_or_done(gateway: GatewayProcess, method: str) -> None:
    assert gateway.send(method, "/api/spares").status_code == 401


def test_a_spare_is_made_of_what_its_person_may_start(ada: KernelClient, bob: KernelClient) -> None:
    wish = {"name": "ada.hers"}
    assert ada.send("POST", "/api/spares", wish).status_code == 202
    refused = bob.send("POST", "/api/spares", wish)
    absent = bob.send("POST", "/api/spares", {"name": "ada.nothing"})
    assert (refused.status_code, absent.status_code) == (404, 404)
    assert refused.json()["reason"] == absent.json()["reason"].replace("ada.nothing", "ada.hers")


def test_a_body_that_names_nothing_is_refused(ada: KernelClient) -> None:
    answer = ada.send("POST", "/api/spares", ["kubeyard.local"])
    assert answer.status_code == 400
    assert "name of a kernelspec" in answer.json()["reason"]


def test_signs_of_life_and_leaving_need_no_spare(bob: KernelClient) -> None:
    assert bob.send("PUT", "/api/spares").status_code == 204
    assert bob.send("DELETE", "/api/spares").status_code == 204
    assert bob.send("GET", "/api/spares").json()["spares"] == []


def test_a_start_without_yarn_tells_its_timeline_too(ada: KernelClient, adas_kernel: str) -> None:
    told = ada.send("GET", f"/api/kernels/{adas_kernel}").json()["kubeyard"]
    assert [stage["name"] for stage in told["timeline"]] == ["requested", "ready"]
    assert told["timeline"][0]["seconds"] == 0
    assert told["warm"] is False
    assert told["cold_reason"] == "spares are made of one's own and public kernelspecs that run on YARN"
