"""What Jupyter's own server does with kernels of a gateway where our Lab does otherwise."""

import signal

import pytest

from .conftest import KERNEL, Edge

pytestmark = pytest.mark.daemons


@pytest.mark.parametrize("stock", [True, False], ids=["stock", "ours"])
def test_a_restarted_lab_knows_its_notebooks_kernels_where_stock_leaves_them_behind(
    edge: Edge, stock: bool
) -> None:
    lab = edge.lab_of("ada")
    if stock:
        lab.without_our_configuration()
    kernel_id = str(lab.open_notebook("a.ipynb", KERNEL)["kernel"]["id"])
    # Told to stop in peace, stock ends its kernels; ours are left to the next one then as well.
    lab.stop(signal.SIGKILL)
    lab.start()
    assert edge.gateway.client("ada").kernel_ids() == [kernel_id]
    found = [session["kernel"]["id"] for session in lab.send("GET", "/api/sessions").json()]
    assert found == ([] if stock else [kernel_id])
