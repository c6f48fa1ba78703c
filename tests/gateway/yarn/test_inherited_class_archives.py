"""Class archives outlive an upgrade: they hold Spark's classes, which our own code does not change."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from harness.yarn_gateway import YarnGateway
from kubeyard_kernelspecs.runtime import Runtime, RuntimeSources, publish

pytestmark = pytest.mark.daemons
NAMES = ("driver-20260101-000000.jsa", "executor-20260101-000000.jsa")
NEWER = ("driver-20270101-000000.jsa", "executor-20270101-000000.jsa")


@pytest.fixture
def root(yarn: YarnGateway) -> Iterator[str]:
    folder = f"/tmp/kubeyard-tests-{uuid.uuid4().hex[:8]}"
    yield folder
    yarn.files.as_service().delete(folder, recursive=True)


@pytest.fixture
def sources(yarn: YarnGateway) -> RuntimeSources:
    environment = yarn.process.environment
    conf = Path(environment["KUBEYARD_HADOOP_CONF_DIR"])
    return RuntimeSources(Path(environment["KUBEYARD_SPARK_HOME"]), conf, environment)


def publish_in(yarn: YarnGateway, root: str, sources: RuntimeSources) -> Runtime:
    return publish(yarn.files.as_service(), yarn.process.environment["KUBEYARD_HDFS_URI"], root, sources)


def give(yarn: YarnGateway, runtime: Runtime, names: tuple[str, ...]) -> None:
    for name in names:
        yarn.files.as_service().create(f"{runtime.folder}/{name}", b"classes", permission=0o644)


def upgraded(sources: RuntimeSources, tmp_path: Path) -> RuntimeSources:
    """The same Spark with another configuration of Hadoop, which makes another runtime."""
    for file in sources.hadoop_conf.glob("*.xml"):
        (tmp_path / file.name).write_text(
            file.read_text().replace("</configuration>", "<!-- --></configuration>")
        )
    return replace(sources, hadoop_conf=tmp_path)


def archives(runtime: Runtime) -> list[str]:
    found = (runtime.driver_archive, runtime.executor_archive)
    return [resource.uri.rpartition("/")[2] for resource in found if resource is not None]


def test_a_runtime_without_takes_those_of_the_one_before(
    yarn: YarnGateway, root: str, sources: RuntimeSources, tmp_path: Path
) -> None:
    first = publish_in(yarn, root, sources)
    assert archives(first) == []
    give(yarn, first, NAMES)
    second = publish_in(yarn, root, upgraded(sources, tmp_path))
    assert second.folder != first.folder
    assert archives(second) == list(NAMES)
    # Its own come first, once somebody has made them.
    give(yarn, second, NEWER)
    assert archives(publish_in(yarn, root, upgraded(sources, tmp_path))) == list(NEWER)
    assert archives(publish_in(yarn, root, sources)) == list(NAMES)


def test_those_of_another_spark_are_left_alone(
    yarn: YarnGateway, root: str, sources: RuntimeSources, tmp_path: Path
) -> None:
    other = publish_in(yarn, root, sources)
    give(yarn, other, NAMES)
    files = yarn.files.as_service()
    files.delete(f"{other.folder}/pyspark.zip")
    files.create(f"{other.folder}/pyspark.zip", b"of another version", permission=0o644)
    assert archives(publish_in(yarn, root, upgraded(sources, tmp_path))) == []
