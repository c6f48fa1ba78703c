"""Spares on real YARN: made ahead, taken by their person, nobody else's, and nobody's burden."""

import pytest
from harness.gateway import KernelClient
from harness.spare_gateway import StartGateway, stages
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_yarn.applications import ApplicationState, FinalStatus

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]
RESULT = "spark.range(10**6).selectExpr('sum(id)').collect()"


def test_a_start_takes_the_spare_of_its_person(start: StartGateway, yarn: YarnGateway) -> None:
    gateway = start(KUBEYARD_GATEWAY_SPARE_FORM="executor")
    ada = gateway.client("ada")
    spare = gateway.warm(ada)
    assert spare["form"] == "executor"
    assert gateway.application(spare["application_id"]).owner == "ada"
    kernel_id = ada.start(yarn.spec.name)
    model = gateway.model(ada, kernel_id)
    assert (kernel_id, model["application_id"]) == (spare["id"], spare["application_id"])
    assert (model["warm"], model["cold_reason"]) == (True, "")
    assert stages(model) == ["requested", "claimed", "ready", "spark"]
    assert gateway.spares(ada) == []
    with ada.connect(kernel_id) as channel:
        assert channel.run("6 * 7") == "42"
        names = "sorted(n for n in globals() if not n.startswith('_') and n not in ('In', 'Out'))"
        assert channel.run(names) == "['exit', 'get_ipython', 'open', 'quit', 'sc', 'spark', 'sql']"
        assert "499999500000" in channel.run(RESULT)
        assert channel.run("import os; os.environ['KERNEL_ID']") == f"'{kernel_id}'"
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    ended = gateway.application(spare["application_id"])
    assert (ended.state, ended.final_status) == (ApplicationState.FINISHED, FinalStatus.SUCCEEDED)


def test_a_spare_is_in_no_list_and_answers_to_nobody(start: StartGateway, yarn: YarnGateway) -> None:
    gateway = start()
    ada, admin = gateway.client("ada"), gateway.process.client("admin", "user", "admin")
    spare = gateway.warm(ada)
    assert (ada.kernel_ids(), admin.kernel_ids()) == ([], [])
    for client in (ada, admin):
        assert client.send("GET", f"/api/kernels/{spare['id']}").status_code == 404
        assert client.send("DELETE", f"/api/kernels/{spare['id']}").status_code == 404
        assert client.send("POST", f"/api/kernels/{spare['id']}/restart").status_code == 404
    assert gateway.spares(admin) == []
    assert "kubeyard_gateway_kernels 0.0" in ada.send("GET", "/metrics").text


def test_a_spare_is_never_another_users(start: StartGateway, yarn: YarnGateway) -> None:
    gateway = start()
    ada, bob = gateway.client("ada"), gateway.client("bob")
    spare = gateway.warm(ada)
    kernel_id = bob.start(yarn.spec.name)
    model = gateway.model(bob, kernel_id)
    assert model["application_id"] != spare["application_id"]
    assert gateway.application(model["application_id"]).owner == "bob"
    assert (model["warm"], model["cold_reason"]) == (
        False,
        "no JupyterLab of this person has asked for a spare",
    )
    assert [each["id"] for each in gateway.spares(ada)] == [spare["id"]]


def test_a_cold_start_tells_each_stage_of_it(start: StartGateway, yarn: YarnGateway) -> None:
    gateway = start(KUBEYARD_GATEWAY_SPARES="0")
    ada = gateway.client("ada")
    kernel_id = ada.start(yarn.spec.name)

    def complete() -> bool:
        return stages(gateway.model(ada, kernel_id))[-1] == "spark" and "container" in stages(
            gateway.model(ada, kernel_id)
        )

    wait_until(complete, "Spark has come", 60)
    model = gateway.model(ada, kernel_id)
    assert stages(model) == ["requested", "submitted", "container", "python", "ready", "spark"]
    seconds = [stage["seconds"] for stage in model["timeline"]]
    assert (seconds[0], seconds[-1]) == (0, max(seconds))
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204


def test_a_restart_takes_a_spare_and_keeps_the_kernels_id(start: StartGateway, yarn: YarnGateway) -> None:
    gateway = start()
    ada: KernelClient = gateway.client("ada")
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run("gone = spark.version")
    before = gateway.model(ada, kernel_id)["application_id"]
    spare = gateway.warm(ada)
    assert ada.send("POST", f"/api/kernels/{kernel_id}/restart").status_code == 200
    model = gateway.model(ada, kernel_id)
    assert (model["warm"], model["application_id"]) == (True, spare["application_id"])
    assert ada.kernel_ids() == [kernel_id]
    with ada.connect(kernel_id) as channel:
        assert channel.run("'gone' in globals(), 'spark' in globals()") == "(False, True)"
        assert channel.run("import os; os.environ['KERNEL_ID']") == f"'{kernel_id}'"
    wait_until(lambda: gateway.application(before).state is ApplicationState.FINISHED, "the old one ends", 30)
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    assert gateway.application(spare["application_id"]).state is ApplicationState.FINISHED
