"""Writes the classes that a driver and an executor load into archives: the next ones start sooner."""

import os
import sys
import time
from pathlib import Path
from typing import Any

from .jvm import Jvm
from .launch import Launch

# Beside the containers' own folders: an executor writes it as it exits.
EXECUTOR_ARCHIVE = Path("../executor.jsa")
DRIVER_ARCHIVE = Path("driver-classes.jsa")
WAIT_SECONDS = 90


def run(launch: Launch) -> None:
    """Use Spark as a notebook would, then write what was loaded and put it into HDFS."""
    jvm = Jvm()
    from pyspark.sql import SparkSession  # type: ignore[import-not-found]  # comes with the runtime

    os.environ.update(jvm.gateway())
    spark = SparkSession.builder.getOrCreate()
    java = spark.sparkContext._jvm
    hadoop = spark.sparkContext._jsc.hadoopConfiguration()
    _exercise(spark)
    _dump_driver(java)
    # Executors exit by themselves now, while this application still lives: YARN would not let them finish.
    spark.stop()
    _wait_for(EXECUTOR_ARCHIVE)
    # Under new names: kernels that run still hand the ones before to their executors.
    made = time.strftime("%Y%m%d-%H%M%S")
    for archive, name in ((DRIVER_ARCHIVE, "driver"), (EXECUTOR_ARCHIVE, "executor")):
        _upload(java, hadoop, archive, f"{launch.class_archives_to}/{name}-{made}.jsa")
    jvm.say_goodbye()


def _exercise(spark: Any) -> None:
    """Load what a first notebook needs: SQL with code generation, a shuffle, Parquet, Python in executors."""
    folder = f"/tmp/kubeyard-class-archives-{os.getpid()}"  # noqa: S108 - a folder of HDFS
    table = spark.range(10_000).selectExpr("id", "id % 10 AS class", "CAST(id AS STRING) AS name")
    table.write.mode("overwrite").parquet(folder)
    table = spark.read.parquet(folder)
    table.createOrReplaceTempView("things")
    spark.sql("SELECT class, count(*), sum(id) FROM things GROUP BY class ORDER BY class").collect()
    table.join(spark.range(10).withColumnRenamed("id", "class"), "class").filter("name LIKE '1%'").show(3)
    spark.sparkContext.parallelize(range(100), 2).map(lambda x: (x % 3, x)).reduceByKey(
        lambda a, b: a + b
    ).count()
    java = spark.sparkContext._jvm
    path = java.org.apache.hadoop.fs.Path(folder)
    path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()).delete(path, True)


def _dump_driver(java: Any) -> None:
    """Ask the JVM through its management interface: at its exit YARN would not wait for it.

    By reflection on the interface, since Py4J looks at the server's own class, which Java does not open.
    """
    class_named = java.py4j.reflection.ReflectionUtil.classForName
    server = java.java.lang.management.ManagementFactory.getPlatformMBeanServer()
    text, anything = class_named("java.lang.String"), class_named("java.lang.Object")
    texts, anythings = class_named("[Ljava.lang.String;"), class_named("[Ljava.lang.Object;")
    object_name = class_named("javax.management.ObjectName")
    kinds = _array(java, class_named("java.lang.Class"), [object_name, text, anythings, texts])
    invoke = class_named("javax.management.MBeanServer").getMethod("invoke", kinds)
    words = _array(java, text, ["dynamic_dump", str(DRIVER_ARCHIVE.absolute())])
    diagnostics = java.javax.management.ObjectName("com.sun.management:type=DiagnosticCommand")
    signature = _array(java, text, [texts.getName()])
    arguments = [diagnostics, "vmCds", _array(java, anything, [words]), signature]
    print(invoke.invoke(server, _array(java, anything, arguments)), file=sys.__stdout__)
    if not DRIVER_ARCHIVE.exists():
        raise RuntimeError("Java did not write the driver's archive; see kernel.out")


def _array(java: Any, kind: Any, values: list[Any]) -> Any:
    array = java.java.lang.reflect.Array.newInstance(kind, len(values))
    for index, value in enumerate(values):
        array[index] = value
    return array


def _wait_for(archive: Path) -> None:
    """Wait until the file is whole: it has stopped to grow."""
    size, deadline = -1, time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        now = archive.stat().st_size if archive.exists() else 0
        if now and now == size:
            return
        size = now
        time.sleep(1)
    raise TimeoutError("no executor has written its archive on this node; try again when the node is free")


def _upload(java: Any, hadoop: Any, archive: Path, target: str) -> None:
    """Write it under another name first: a start in between must not see half of it."""
    path = java.org.apache.hadoop.fs.Path(target)
    draft = java.org.apache.hadoop.fs.Path(f"{target}.writing")
    files = path.getFileSystem(hadoop)
    local = java.org.apache.hadoop.fs.Path(archive.absolute().as_uri())
    files.copyFromLocalFile(False, True, local, draft)
    files.setPermission(draft, java.org.apache.hadoop.fs.permission.FsPermission("644"))
    files.delete(path, False)
    files.rename(draft, path)
