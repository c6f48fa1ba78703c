"""A kernel's life on real YARN."""

import json
import socket
from pathlib import Path

import pytest
from harness.gateway import KernelClient
from harness.spark_job import STEPS, interrupted
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_yarn.applications import ApplicationState, FinalStatus

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]


def test_a_spark_kernel_runs_as_its_user_with_its_packages(yarn: YarnGateway, ada: KernelClient) -> None:
    kernel_id = ada.start(yarn.spec.name)
    application = yarn.application(kernel_id)
    assert (application.owner, application.queue) == ("ada", yarn.spec.queue)
    assert {"kubeyard", "user:ada", f"kernelspec:{yarn.spec.name}"} <= application.tags
    with ada.connect(kernel_id) as channel:
        assert channel.run("6 * 7") == "42"
        names = (
            "sorted(n for n in globals() if not n.startswith('_') and n not in ('In', 'Out', 'get_ipython'))"
        )
        assert channel.run("spark.sparkContext.sparkUser()").endswith("'ada'")
        assert channel.run(names) == "['exit', 'open', 'quit', 'sc', 'spark', 'sql']"
        assert "499999500000" in channel.run("spark.range(10**6).selectExpr('sum(id)').collect()")
        where = "sc.parallelize([0], 1).map(lambda _: __import__('Cryptodome').__file__).collect()"
        assert "/environment/lib/" in channel.run(where)
        assert channel.run("import os; os.environ['HOME'] == os.getcwd()") == "True"
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    ended = yarn.application(kernel_id)
    assert (ended.state, ended.final_status) == (ApplicationState.FINISHED, FinalStatus.SUCCEEDED)


def test_a_cell_that_does_not_name_spark_does_not_wait_for_it(yarn: YarnGateway, ada: KernelClient) -> None:
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        assert channel.run("'spark' in globals()") == "False"
        assert "Spark is starting" in channel.run("print(spark.version)")
        assert "Spark is starting" not in channel.run("print(spark.version)")


def test_an_interrupt_ends_the_job_and_keeps_the_session(
    yarn: YarnGateway, ada: KernelClient, steps: Path
) -> None:
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run("kept = spark.range(3).count()")
        said = interrupted(ada, kernel_id, steps)
        assert said == "KeyboardInterrupt: "
        assert len(list(steps.iterdir())) < STEPS
        wait_until(
            lambda: channel.run("sc.statusTracker().getActiveJobsIds()") == "[]", "no job is left", 20, 0.5
        )
        assert channel.run("kept, spark.range(7).count()") == "(3, 7)"


def test_a_failed_query_is_told_by_its_error_alone(yarn: YarnGateway, ada: KernelClient) -> None:
    """Spark 4 logs it as well, in a line of JSON that is longer than the rest of the notebook."""
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run("spark.version")
        said = channel.run("sql('SELECT nope')")
        assert said.startswith("AnalysisException: [UNRESOLVED_COLUMN")
        assert "QueryContextLogger" not in said


def test_a_restart_is_a_new_application_and_the_old_one_ends(yarn: YarnGateway, ada: KernelClient) -> None:
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run("gone = spark.version")
    before = yarn.application(kernel_id)
    assert ada.send("POST", f"/api/kernels/{kernel_id}/restart").status_code == 200
    after = yarn.application(kernel_id)
    assert after.id != before.id
    assert yarn.resource_manager.application(before.id).state is ApplicationState.FINISHED
    with ada.connect(kernel_id) as channel:
        assert channel.run("'gone' in globals()") == "False"


def test_a_kernel_killed_in_yarn_is_told_dead_and_can_be_restarted(
    yarn: YarnGateway, ada: KernelClient
) -> None:
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id, timeout_seconds=10) as channel:
        assert channel.run("1") == "1"
        killed = yarn.application(kernel_id).id
        yarn.resource_manager.kill(killed, "killed by admin on the page")
        channel.until_status("dead")
    model = ada.send("GET", f"/api/kernels/{kernel_id}").json()
    assert model["execution_state"] == "dead"
    assert "killed by admin on the page" in model["reason"]
    assert ada.send("POST", f"/api/kernels/{kernel_id}/restart").status_code == 200
    assert yarn.application(kernel_id).id != killed
    with ada.connect(kernel_id) as channel:
        assert channel.run("2 + 2") == "4"


def test_a_kernel_stopped_before_spark_is_there_ends_in_peace(yarn: YarnGateway, ada: KernelClient) -> None:
    kernel_id = ada.start(yarn.spec.name)
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    assert yarn.application(kernel_id).final_status is FinalStatus.SUCCEEDED


def test_a_kernel_that_dies_by_itself_is_told_dead(yarn: YarnGateway, ada: KernelClient) -> None:
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run("spark.version")
        channel.send("import os; os._exit(3)")
        channel.until_status("dead")
    assert yarn.application(kernel_id).final_status is FinalStatus.FAILED
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204


def test_two_users_write_to_their_own_homes_only(
    yarn: YarnGateway, ada: KernelClient, bob: KernelClient
) -> None:
    write = "spark.range(3).write.mode('overwrite').parquet('/user/{}/table')"
    for client, name, other in ((ada, "ada", "bob"), (bob, "bob", "ada")):
        kernel_id = client.start(yarn.spec.name)
        with client.connect(kernel_id) as channel:
            assert "Error" not in channel.run(write.format(name))
            assert channel.run(f"spark.read.parquet('/user/{name}/table').count()") == "3"
            assert "Permission denied" in channel.run(write.format(other))
    files = yarn.files.as_service()
    assert files.status("/user/ada/table").owner == "ada"
    assert files.status("/user/bob/table").owner == "bob"


def test_an_unsigned_request_to_the_kernel_is_ignored(yarn: YarnGateway, ada: KernelClient) -> None:
    kernel_id = ada.start(yarn.spec.name)
    session = yarn.process.folder / "state" / "kernel_sessions" / f"{kernel_id}.json"
    process = json.loads(session.read_text())[kernel_id]["process_info"]
    body = json.dumps({"signum": 9, "number": 10**20})
    for request in ({"signum": 9}, {"body": body, "mac": "0" * 64}, {"body": body}):
        with socket.create_connection((process["comm_ip"], process["comm_port"]), 5) as connection:
            connection.sendall(json.dumps(request).encode())
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(16) == b""
    with ada.connect(kernel_id) as channel:
        assert channel.run("5") == "5"
