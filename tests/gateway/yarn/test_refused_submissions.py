"""What YARN does not take is said at once, in plain words."""

import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from harness.free_address import free_address
from harness.gateway import GatewayProcess, KernelClient
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_kernelspecs import remove_kernelspec, write_kernelspec
from kubeyard_kernelspecs.runtime import RuntimeSources, publish
from kubeyard_yarn.quoting import encode_file, quote_for_container
from kubeyard_yarn.submission import ApplicationSubmission

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]
HOSTILE = [
    "it's",
    '"$(touch x)`touch x`',
    "\\",
    "{{HOME}}<LOG_DIR><CPS>",
    "a\nb",
    "; exit 3",
    "日本",
    "$HOME",
]


def start_changed(yarn: YarnGateway, ada: KernelClient, **changed: Any) -> Any:
    """Try to start a kernel of ada's that differs from the default in what is given; return the answer."""
    name = f"ada.odd-{uuid.uuid4().hex[:6]}"
    write_kernelspec(yarn.kernelspecs, replace(yarn.spec, name=name, owner="ada", **changed))
    try:
        return ada.send("POST", "/api/kernels", {"name": name})
    finally:
        remove_kernelspec(yarn.kernelspecs, name)


def test_a_queue_that_does_not_exist_is_named(yarn: YarnGateway, ada: KernelClient) -> None:
    answer = start_changed(yarn, ada, queue="nowhere")
    assert answer.status_code >= 400
    assert "nowhere" in answer.json()["reason"]


def test_too_much_memory_is_told_with_what_there_is(yarn: YarnGateway, ada: KernelClient) -> None:
    answer = start_changed(yarn, ada, driver_memory_mb=900_000)
    assert answer.status_code == 400
    assert "the cluster gives at most" in answer.json()["reason"]


def test_an_archive_that_is_gone_is_told(yarn: YarnGateway, ada: KernelClient) -> None:
    gone = replace(yarn.spec.archive, uri=f"{yarn.spec.archive.uri}.gone")
    answer = start_changed(yarn, ada, archive=gone)
    assert answer.status_code == 503
    assert "gone" in answer.json()["reason"]


def test_a_resourcemanager_out_of_reach_is_told_at_once(yarn: YarnGateway, tmp_path: Path) -> None:
    own = {"KUBEYARD_RM_URLS": "http://127.0.0.1:9", "KUBEYARD_GATEWAY_RESPONSE": free_address()}
    alone = GatewayProcess(tmp_path, free_address(), yarn.process.environment | own)
    alone.environment |= {
        "KUBEYARD_GATEWAY_BIND": alone.url.removeprefix("http://"),
        "KUBEYARD_GATEWAY_STATE_DIR": str(tmp_path / "state"),
        "KUBEYARD_JWKS_FILE": str(tmp_path / "jwks.json"),
    }
    alone.start()
    try:
        answer = alone.client("ada").send(
            "POST", "/api/kernels", {"name": yarn.spec.name}, timeout_seconds=30
        )
    finally:
        alone.stop()
    assert answer.status_code == 503
    assert "ResourceManager" in answer.json()["reason"]


def test_a_hostile_name_is_only_a_name(yarn: YarnGateway, ada: KernelClient) -> None:
    evil = "".join(HOSTILE).replace("\n", " ")
    answer = start_changed(yarn, ada, display_name=evil)
    assert answer.status_code == 201, answer.text
    kernel_id = answer.json()["id"]
    assert yarn.application(kernel_id).name == evil
    with ada.connect(kernel_id) as channel:
        assert channel.run("print(spark.conf.get('spark.app.name'))").endswith(f"{evil}\n")


def test_hostile_words_reach_a_containers_program_untouched(yarn: YarnGateway) -> None:
    manager = yarn.resource_manager.as_user("ada")
    checks = " && ".join(
        f"printf %s {encode_file(word)} | base64 -d >expected && "
        f"printf %s {quote_for_container(word)} >got && cmp expected got"
        for word in HOSTILE
    )
    application_id = manager.new_application().id
    submission = ApplicationSubmission(
        name="words",
        user="ada",
        queue=yarn.spec.queue,
        memory_mb=128,
        vcores=1,
        command=f"{{ {checks}; }} 1><LOG_DIR>/stdout 2><LOG_DIR>/stderr",
        environment={},
        resources={},
    )
    manager.submit(submission.to_json(application_id))
    wait_until(lambda: manager.application(application_id).state.is_final, "it has ended", 60)
    # No master ever registered, so YARN calls it failed: the program's own exit status is what counts.
    assert "exitCode: 0" in manager.application(application_id).diagnostics


def test_publishing_twice_writes_once(yarn: YarnGateway) -> None:
    environment = yarn.process.environment
    files = yarn.files.as_service()
    root = f"/tmp/kubeyard-tests-{uuid.uuid4().hex[:8]}"
    sources = RuntimeSources(
        spark_home=Path(environment["KUBEYARD_SPARK_HOME"]),
        hadoop_conf=Path(environment["KUBEYARD_HADOOP_CONF_DIR"]),
        environment=environment,
    )
    try:
        first, second = (publish(files, environment["KUBEYARD_HDFS_URI"], root, sources) for _ in range(2))
        assert first == second
        assert [status.name for status in files.list(f"{root}/runtime")] == [sources.hash()]
        assert first.resources["pyspark.zip"].timestamp_ms > 0
    finally:
        files.delete(root, recursive=True)


def test_the_cell_that_asks_is_told_why_spark_did_not_start(yarn: YarnGateway, ada: KernelClient) -> None:
    answer = start_changed(yarn, ada, executor_memory_mb=100)
    assert answer.status_code == 201, answer.text
    with ada.connect(answer.json()["id"]) as channel:
        assert channel.run("1 + 1") == "2"
        said = channel.run("print('not reached', spark.version)")
    assert "SparkUnavailable: Spark did not start." in said
    assert "memory" in said
    assert "not reached" not in said
