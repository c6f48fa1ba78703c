"""Kernels that were lost, until somebody has heard of it."""

from kubeyard_lab.lost_kernels import LostKernels

MODEL = {"id": "k1", "name": "kubeyard.spark", "execution_state": "idle", "connections": 1}


def test_loss_is_untold_until_a_client_asks_for_the_kernel() -> None:
    lost = LostKernels()
    lost.add("k1", MODEL, "The kernel died. Its application was KILLED.")
    assert [model["id"] for model in lost.untold()] == ["k1"]
    told = lost.tell("k1")
    assert told["execution_state"] == "dead"
    assert "KILLED" in told["reason"]
    assert "variables are lost" in told["reason"]
    assert lost.untold() == []


def test_second_client_is_told_too() -> None:
    lost = LostKernels()
    lost.add("k1", MODEL, "gone")
    assert lost.tell("k1") == lost.tell("k1")


def test_first_reason_stays() -> None:
    lost = LostKernels()
    lost.add("k1", MODEL, "its application was KILLED")
    lost.add("k1", MODEL, "gone")
    assert "KILLED" in lost.tell("k1")["reason"]


def test_kernel_that_lives_is_not_among_them() -> None:
    assert LostKernels().get("k1") is None
