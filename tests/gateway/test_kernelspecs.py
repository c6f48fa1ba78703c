"""Kernelspecs: one's own and the public ones."""

import uuid
from contextlib import closing
from pathlib import Path

import pytest
from harness.gateway import KernelClient, local_kernelspec


def names(client: KernelClient, query: str = "") -> set[str]:
    return set(client.send("GET", f"/api/kernelspecs{query}").json()["kernelspecs"])


def test_everybody_sees_the_public_ones_and_his_own(ada: KernelClient, bob: KernelClient) -> None:
    assert names(ada) == {"ada.hers", "kubeyard.local"}
    assert names(bob) == {"kubeyard.local"}


def test_an_administrator_sees_all(admin: KernelClient) -> None:
    assert names(admin) == {"ada.hers", "kubeyard.local"}


def test_asking_as_somebody_else_shows_ones_own(bob: KernelClient) -> None:
    assert names(bob, "?user=ada") == {"kubeyard.local"}


def test_a_new_kernelspec_is_listed_at_once(ada: KernelClient, kernelspecs: Path) -> None:
    fresh = local_kernelspec(kernelspecs, "ada", f"fresh-{uuid.uuid4().hex[:6]}", public=False)
    assert fresh in names(ada)
    (kernelspecs / fresh / "kernel.json").unlink()
    assert fresh not in names(ada)


def test_the_environment_of_a_kernelspec_stays_with_the_gateway(bob: KernelClient) -> None:
    assert "not for clients" not in bob.send("GET", "/api/kernelspecs").text
    assert "not for clients" not in bob.send("GET", "/api/kernelspecs/kubeyard.local").text


def test_a_hidden_kernelspec_and_an_absent_one_look_the_same(bob: KernelClient) -> None:
    hidden, absent = (bob.send("GET", f"/api/kernelspecs/ada.{name}") for name in ("hers", "none"))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.text.replace("ada.hers", "ada.none") == absent.text


def test_a_hidden_kernelspec_does_not_start(bob: KernelClient) -> None:
    answer = bob.send("POST", "/api/kernels", {"name": "ada.hers"})
    assert answer.status_code == 404
    assert "there is no kernel ada.hers" in answer.json()["reason"]


def test_a_kernelspec_that_names_no_owner_is_the_administrators(
    bob: KernelClient, admin: KernelClient, kernelspecs: Path
) -> None:
    name = f"stray-{uuid.uuid4().hex[:6]}"
    (kernelspecs / name).mkdir()
    (kernelspecs / name / "kernel.json").write_text(
        '{"argv": ["x"], "display_name": "x", "language": "python"}'
    )
    try:
        assert name not in names(bob)
        assert name in names(admin)
    finally:
        (kernelspecs / name / "kernel.json").unlink()


def test_a_logo_is_served(bob: KernelClient) -> None:
    assert bob.send("GET", "/kernelspecs/kubeyard.local/logo-64x64.png").content == b"a picture"


@pytest.mark.parametrize(
    "path",
    [
        "kubeyard.local/kernel.json",
        "kubeyard.local/..%2fada.hers%2fkernel.json",
        "kubeyard.local/logo-..%2f..%2fada.hers%2flogo-64x64.png",
        "kubeyard.local/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "ada.hers/logo-64x64.png",
    ],
)
def test_nothing_but_ones_own_logos_is_served(bob: KernelClient, path: str) -> None:
    with closing(bob.http()) as connection:
        connection.request("GET", f"/kernelspecs/{path}", headers=bob.headers)
        assert connection.getresponse().status in (403, 404)


@pytest.mark.parametrize("environment", [["list"], {"A": 1}, {"A": "x" * 5000}])
def test_a_start_with_a_senseless_environment_is_refused(bob: KernelClient, environment: object) -> None:
    answer = bob.send("POST", "/api/kernels", {"name": "kubeyard.local", "env": environment})
    assert answer.status_code == 400
    assert "env" in answer.json()["reason"]
