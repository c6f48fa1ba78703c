"""Ports: their defaults, how they move, and which are refused."""

import pytest
from kubeyard_local import ports
from kubeyard_local.problem import Problem


def test_ports_are_the_documented_ones_unless_told_otherwise() -> None:
    resolved = ports.resolve({})
    assert (resolved["WEB"], resolved["HUB"], resolved["RM"], resolved["HTTPFS"]) == (5000, 8000, 8088, 14000)


def test_the_offset_moves_every_port() -> None:
    resolved = ports.resolve({"KUBEYARD_PORT_OFFSET": "700"})
    assert {name: port - 700 for name, port in resolved.items()} == dict(ports.DEFAULTS)


def test_a_ports_own_setting_is_not_moved_by_the_offset() -> None:
    resolved = ports.resolve({"KUBEYARD_PORT_OFFSET": "700", "KUBEYARD_PORT_WEB": "5123"})
    assert resolved["WEB"] == 5123
    assert resolved["API"] == 5750


def test_a_port_that_browsers_refuse_is_refused_for_the_pages_only() -> None:
    with pytest.raises(Problem, match=r"Port 6000 for WEB .* browsers refuse"):
        ports.resolve({"KUBEYARD_PORT_WEB": "6000"})
    assert ports.resolve({"KUBEYARD_PORT_API": "6000"})["API"] == 6000


def test_the_offset_that_puts_the_web_ui_on_a_refused_port_is_refused() -> None:
    with pytest.raises(Problem, match="Port 6000 for WEB"):
        ports.resolve({"KUBEYARD_PORT_OFFSET": "1000"})


def test_one_port_for_two_services_is_refused() -> None:
    with pytest.raises(Problem, match="Port 5050 is given to both WEB and API"):
        ports.resolve({"KUBEYARD_PORT_WEB": "5050"})


def test_every_wrong_setting_is_named_at_once() -> None:
    wrong = {"KUBEYARD_PORT_WEB": "eighty", "KUBEYARD_PORT_HUB": "80", "KUBEYARD_PORT_RM": "70000"}
    with pytest.raises(Problem) as caught:
        ports.resolve(wrong)
    said = " ".join(caught.value.reasons)
    assert all(
        text in said for text in ("KUBEYARD_PORT_WEB is 'eighty'", "Port 80 for HUB", "Port 70000 for RM")
    )
