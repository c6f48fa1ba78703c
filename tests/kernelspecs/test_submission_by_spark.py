"""What spark-submit is told of a kernel."""

from dataclasses import replace

from harness.kernelspecs import ARCHIVE, kernelspec
from kubeyard_kernelspecs import KernelSpec, ResourceKind
from kubeyard_kernelspecs.application import KernelLaunch
from kubeyard_kernelspecs.runtime import Runtime
from kubeyard_kernelspecs.spark_conf import ClusterSettings
from kubeyard_kernelspecs.submission_by_spark import spark_submission
from kubeyard_yarn.quoting import unpack

FILE = replace(ARCHIVE, uri="hdfs://127.0.0.1:8020/kubeyard/runtime/x/f", kind=ResourceKind.FILE)
RUNTIME = Runtime(
    "/kubeyard/runtime/x",
    {"pyspark.zip": FILE, "launcher.zip": FILE, "relay.py": FILE, "__spark_conf__": ARCHIVE},
)
CLUSTER = ClusterSettings("/opt/spark", "/opt/java", "hdfs://127.0.0.1:8020")
LAUNCH = KernelLaunch("11-22", "ada", "127.0.0.1:8877", "KEY", "secret-ticket", "kubeyard")
EVIL = "$(touch pwned)`x`{{HOME}}<LOG_DIR>'\" --conf spark.x=y\nspark.yarn.queue=root\\"


def properties(spec: KernelSpec, runtime: Runtime = RUNTIME) -> dict[str, str]:
    """The properties as Java reads them."""
    text = spark_submission(spec, LAUNCH, runtime, CLUSTER).properties
    plain = (line.split("=", 1) for line in text.splitlines())
    return {_read(name): _read(value) for name, value in plain}


def _read(text: str) -> str:
    return text.encode().decode("unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16")


def test_a_hostile_name_is_one_value_of_one_property() -> None:
    plain, evil = (properties(kernelspec("ada.mine", display_name=name)) for name in ("Plain", EVIL))
    assert {name for name in evil if evil[name] != plain[name]} == {"spark.app.name"}
    assert evil["spark.app.name"] == EVIL
    assert evil.keys() == plain.keys()


def test_the_kernel_is_told_what_it_is_told_by_rest() -> None:
    found = properties(kernelspec("ada.mine"))
    told = unpack(found["spark.yarn.appMasterEnv.KUBEYARD_KERNEL"])
    assert (told["kernel_id"], told["user"], told["ticket"]) == ("11-22", "ada", "secret-ticket")
    assert found["spark.yarn.tags"].split(",")[:3] == ["kubeyard", "kernel:11-22", "user:ada"]


def test_the_containers_are_as_large_as_by_rest() -> None:
    found = properties(kernelspec("ada.mine", driver_memory_mb=512))
    assert (found["spark.driver.memory"], found["spark.driver.memoryOverhead"]) == ("512m", "512m")


def test_nothing_is_uploaded_that_lies_in_hdfs() -> None:
    submission = spark_submission(kernelspec("ada.mine"), LAUNCH, RUNTIME, CLUSTER)
    found = properties(kernelspec("ada.mine"))
    assert submission.program == "hdfs://127.0.0.1:8020/kubeyard/runtime/x/begin.py"
    assert submission.environment == {"PYSPARK_ARCHIVES_PATH": FILE.uri}
    assert found["spark.yarn.dist.archives"] == f"{ARCHIVE.uri}#environment"
    assert found["spark.yarn.jars"] == "local:/opt/spark/jars/*"


def test_class_archives_come_along_where_there_are_any() -> None:
    warm = properties(kernelspec("ada.mine"), replace(RUNTIME, driver_archive=FILE, executor_archive=FILE))
    assert warm["spark.yarn.dist.files"].count(FILE.uri) == 3
    assert "-XX:SharedArchiveFile=driver.jsa" in warm["spark.driver.extraJavaOptions"]
    assert "jsa" not in properties(kernelspec("ada.mine"))["spark.driver.extraJavaOptions"]


def test_the_service_may_end_what_it_submits() -> None:
    found = properties(kernelspec("ada.mine"))
    assert (found["spark.ui.view.acls"], found["spark.modify.acls"]) == ("kubeyard", "kubeyard")
