"""The application that a kernel becomes, before it is sent."""

import base64
import subprocess
from dataclasses import replace
from pathlib import Path

from harness.kernelspecs import ARCHIVE, kernelspec
from kubeyard_kernelspecs import KernelSpec, ResourceKind
from kubeyard_kernelspecs.application import KernelLaunch, kernel_application
from kubeyard_kernelspecs.runtime import Runtime
from kubeyard_kernelspecs.spark_conf import ClusterSettings, properties_file
from kubeyard_yarn.quoting import unpack
from kubeyard_yarn.submission import ApplicationSubmission

FILE = replace(ARCHIVE, uri="hdfs://127.0.0.1:8020/kubeyard/runtime/x/f", kind=ResourceKind.FILE)
RUNTIME = Runtime(
    "/kubeyard/runtime/x",
    {"pyspark.zip": FILE, "launcher.zip": FILE, "relay.py": FILE, "__spark_conf__": ARCHIVE},
)
CLUSTER = ClusterSettings("/opt/spark", "/opt/java", "hdfs://127.0.0.1:8020")
LAUNCH = KernelLaunch("11-22", "ada", "127.0.0.1:8877", "KEY", "secret-ticket", "kubeyard")


def submission(
    spec: KernelSpec, launch: KernelLaunch = LAUNCH, runtime: Runtime = RUNTIME
) -> ApplicationSubmission:
    return kernel_application(spec, launch, runtime, CLUSTER, "application_1_1")


def properties(
    application: ApplicationSubmission, entry: str = "KUBEYARD_SPARK_PROPERTIES"
) -> dict[str, str]:
    """A property file of the container, as Java reads it."""
    text = base64.b64decode(application.environment[entry]).decode("ascii")
    plain = text.encode().decode("unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16")
    return dict(line.split("=", 1) for line in plain.splitlines())


def test_an_application_is_joined_by_its_tags() -> None:
    application = submission(kernelspec("ada.mine"))
    assert application.tags == (
        "kubeyard",
        "kernel:11-22",
        "user:ada",
        "env:0123456789abcdef",
        "kernelspec:ada.mine",
    )
    assert (application.user, application.queue, application.name) == ("ada", "interactive", "Ada's kernel")


def test_a_spare_is_told_from_a_kernel_that_somebody_waits_for() -> None:
    spec = kernelspec("ada.mine")
    driver, executor = (submission(spec, replace(LAUNCH, warm_up=form)) for form in ("driver", "executor"))
    for spare in (driver, executor):
        assert spare.tags == (*submission(spec).tags, "spare")
    initial = "spark.dynamicAllocation.initialExecutors"
    assert [properties(each)[initial] for each in (driver, executor, submission(spec))] == ["0", "1", "1"]


def test_the_owner_and_the_service_may_look_and_kill() -> None:
    document = submission(kernelspec("ada.mine")).to_json("application_1_1")
    container = document["am-container-spec"]
    assert isinstance(container, dict)
    acls = {entry["key"]: entry["value"] for entry in container["application-acls"]["entry"]}
    assert acls == {"VIEW_APP": "ada,kubeyard", "MODIFY_APP": "ada,kubeyard"}
    assert document["max-app-attempts"] == 1


def test_a_driver_that_yarn_ends_leaves_the_last_word_to_yarn() -> None:
    kernel, _, java = submission(kernelspec("ada.mine")).command.partition(" & ")
    assert java.startswith("trap '' TERM; exec {{JAVA_HOME}}/bin/java ")
    # The kernel itself ends as soon as it is asked.
    assert "trap" not in kernel


def test_no_value_of_a_user_is_in_the_command() -> None:
    hostile = kernelspec("ada.mine", display_name="$(touch pwned)`x`{{HOME}}<LOG_DIR>'\"", queue="a;b $(c)")
    plain, evil = submission(kernelspec("ada.mine")), submission(hostile)
    assert evil.command == plain.command
    changed = {name for name in evil.environment if evil.environment[name] != plain.environment[name]}
    assert changed == {"KUBEYARD_SPARK_PROPERTIES"}
    assert properties(evil)["spark.app.name"] == hostile.display_name
    assert properties(evil)["spark.yarn.queue"] == hostile.queue


def test_options_of_a_person_reach_spark_and_nothing_else() -> None:
    hostile = {"spark.sql.note": "$(touch pwned)`x`{{HOME}}<LOG_DIR>'\""}
    plain = submission(kernelspec("ada.mine"))
    odd = submission(kernelspec("ada.mine"), replace(LAUNCH, spark_options=hostile))
    assert odd.command == plain.command
    changed = {name for name in odd.environment if odd.environment[name] != plain.environment[name]}
    assert changed == {"KUBEYARD_SPARK_PROPERTIES"}
    assert properties(odd) == properties(plain) | hostile


def test_no_option_of_a_person_beats_the_platforms_own() -> None:
    sly = replace(LAUNCH, spark_options={"spark.yarn.queue": "theirs"})
    assert properties(submission(kernelspec("ada.mine"), sly))["spark.yarn.queue"] == "interactive"


def test_the_ticket_travels_packed_and_not_in_the_command() -> None:
    application = submission(kernelspec("ada.mine"))
    assert "secret-ticket" not in application.command
    assert unpack(application.environment["KUBEYARD_KERNEL"])["ticket"] == "secret-ticket"


def test_an_idle_kernel_gives_its_executors_back() -> None:
    found = properties(submission(kernelspec("ada.mine", executors=3)))
    assert found["spark.dynamicAllocation.minExecutors"] == "0"
    assert found["spark.dynamicAllocation.maxExecutors"] == "3"
    idle_seconds = found["spark.dynamicAllocation.executorIdleTimeout"]
    assert found["spark.dynamicAllocation.shuffleTracking.timeout"] == idle_seconds


def test_executors_localise_the_environment_and_pyspark() -> None:
    cached = properties(submission(kernelspec("ada.mine")), "KUBEYARD_CACHED_FILES")
    names = cached["spark.yarn.cache.filenames"].split(",")
    assert [name.partition("#")[2] for name in names] == ["environment", "pyspark.zip", "__spark_conf__"]
    assert cached["spark.yarn.cache.types"] == "ARCHIVE,FILE,ARCHIVE"
    assert cached["spark.yarn.cache.sizes"] == "10,10,10"


def test_packages_of_the_containers_account_are_in_no_kernel_and_no_executor() -> None:
    application = submission(kernelspec("ada.mine"))
    assert application.environment["PYTHONNOUSERSITE"] == "1"
    assert properties(application)["spark.executorEnv.PYTHONNOUSERSITE"] == "1"


def test_class_archives_are_used_where_there_are_any() -> None:
    warm = replace(RUNTIME, driver_archive=FILE, executor_archive=FILE)
    without, application = (
        submission(kernelspec("ada.mine")),
        submission(kernelspec("ada.mine"), runtime=warm),
    )
    assert "SharedArchiveFile" not in without.command
    assert "-XX:SharedArchiveFile=driver.jsa" in application.command
    assert "driver.jsa" in application.resources
    assert "SharedArchiveFile=executor.jsa" in properties(application)["spark.executor.extraJavaOptions"]


def test_a_large_driver_keeps_the_full_compiler() -> None:
    small, large = (kernelspec("ada.mine", driver_memory_mb=size) for size in (512, 4096))
    assert "TieredStopAtLevel" in submission(small).command
    assert "TieredStopAtLevel" not in submission(large).command


def test_compiler_and_collector_are_chosen_apart() -> None:
    spec = kernelspec("ada.mine", driver_memory_mb=512, executor_memory_mb=512)
    chosen = {
        (compiler, collector): [
            "TieredStopAtLevel" in found.command,
            "UseSerialGC" in found.command,
            "UseSerialGC" in properties(found)["spark.executor.extraJavaOptions"],
        ]
        for compiler in (0, 512)
        for collector in (0, 512)
        for found in [
            kernel_application(
                spec,
                LAUNCH,
                RUNTIME,
                replace(CLUSTER, first_compiler_up_to_mb=compiler, serial_gc_up_to_mb=collector),
                "application_1_1",
            )
        ]
    }
    assert all(
        seen == [bool(compiler), bool(collector), bool(collector)]
        for (compiler, collector), seen in chosen.items()
    )


def test_executors_have_the_second_compiler_late_for_jobs_that_run_long() -> None:
    small, large = (
        properties(submission(kernelspec("ada.mine", executor_memory_mb=size)))[
            "spark.executor.extraJavaOptions"
        ]
        for size in (512, 4096)
    )
    assert "TieredStopAtLevel" not in small
    assert "-XX:Tier4CompileThreshold=150000" in small
    assert "Tier4" not in large


def test_encryption_covers_the_way_to_executors_and_their_disks() -> None:
    names = ("spark.authenticate", "spark.network.crypto.enabled", "spark.io.encryption.enabled")
    spec = kernelspec("ada.mine")
    secret = kernel_application(spec, LAUNCH, RUNTIME, replace(CLUSTER, encrypt=True), "application_1_1")
    assert [properties(secret)[name] for name in names] == ["true"] * 3
    assert not properties(submission(spec)).keys() & set(names)


def test_the_python_kernel_has_memory_beside_the_driver() -> None:
    assert submission(kernelspec("ada.mine", driver_memory_mb=512)).memory_mb == 1024
    assert submission(kernelspec("ada.mine", driver_memory_mb=10_000)).memory_mb == 12_000


def test_loopback_is_pinned_on_one_machine_only() -> None:
    apart = replace(LAUNCH, response_address="10.1.2.3:8877")
    assert submission(kernelspec("ada.mine")).environment["SPARK_LOCAL_IP"] == "127.0.0.1"
    assert "SPARK_LOCAL_IP" not in submission(kernelspec("ada.mine"), apart).environment


def test_a_properties_file_brings_every_value_to_java(tmp_path: Path) -> None:
    values = ["plain", "a = b: c # d !", "line\nbreak", " lead", "\\u0041", "日本 🚀", "$(x)'\"", ""]
    named = {f"key.{number}": value for number, value in enumerate(values)}
    (tmp_path / "f.properties").write_text(properties_file(named), "ascii")
    (tmp_path / "Read.java").write_text(
        "class Read { public static void main(String[] a) throws Exception {"
        " var p = new java.util.Properties(); p.load(new java.io.FileInputStream(a[0]));"
        " for (int i = 0; i < p.size(); i++) {"
        ' System.out.write(p.getProperty("key." + i).getBytes("UTF-8")); System.out.write(0); }'
        " System.out.flush(); } }"
    )
    command = ["java", str(tmp_path / "Read.java"), str(tmp_path / "f.properties")]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert done.stdout.decode().split("\0") == [*values, ""]
