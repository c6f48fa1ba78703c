"""The archives of a runtime."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from kubeyard_kernelspecs import bundle
from kubeyard_kernelspecs.runtime import RuntimeSources


@pytest.fixture
def spark_home(tmp_path: Path) -> Path:
    """A folder like pyspark's: the package and Py4J as archives."""
    library = tmp_path / "spark" / "python" / "lib"
    library.mkdir(parents=True)
    with zipfile.ZipFile(library / "pyspark.zip", "w") as archive:
        archive.writestr("pyspark/__init__.py", "answer = 42\n")
        archive.writestr("pyspark/tests/test_it.py", "assert False\n")
        archive.writestr("pyspark/later.py", "match x:\n  case\n")
    with zipfile.ZipFile(library / "py4j-0.10-src.zip", "w") as archive:
        archive.writestr("py4j/__init__.py", "")
    return tmp_path / "spark"


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """A Hadoop configuration that names an environment variable."""
    folder = tmp_path / "conf"
    folder.mkdir()
    (folder / "core-site.xml").write_text("<v>hdfs://h:${env.PORT:-8020}/${env.NONE:-x}${env.GONE}</v>")
    (folder / "httpfs-site.xml").write_text("<v>the server's own</v>")
    return folder


def test_pyspark_is_imported_from_compiled_code(spark_home: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(bundle.pyspark_zip(spark_home))) as made:
        files = {name: made.read(name) for name in made.namelist()}
    with zipfile.ZipFile(tmp_path / "pyspark.zip", "w") as changed:
        for name, content in (files | {"pyspark/__init__.py": b"answer = 0"}).items():
            changed.writestr(name, content)
    done = subprocess.run(
        [sys.executable, "-c", "import pyspark, py4j; print(pyspark.answer)"],
        env={"PYTHONPATH": str(tmp_path / "pyspark.zip")},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    # The source says otherwise and was not looked at.
    assert done.stdout == "42\n"


def test_what_python_cannot_compile_travels_as_source_and_tests_stay(
    spark_home: Path, tmp_path: Path
) -> None:
    (tmp_path / "pyspark.zip").write_bytes(bundle.pyspark_zip(spark_home))
    with zipfile.ZipFile(tmp_path / "pyspark.zip") as archive:
        names = set(archive.namelist())
    assert "pyspark/later.py" in names
    assert "pyspark/later.pyc" not in names
    assert not [name for name in names if "tests" in name]


def test_the_same_sources_make_the_same_archive(spark_home: Path, conf: Path) -> None:
    assert bundle.pyspark_zip(spark_home) == bundle.pyspark_zip(spark_home)
    assert bundle.launcher_zip() == bundle.launcher_zip()
    assert bundle.conf_zip(conf, {}) == bundle.conf_zip(conf, {})


def test_the_configuration_is_filled_in_from_our_environment(conf: Path, tmp_path: Path) -> None:
    (tmp_path / "conf.zip").write_bytes(bundle.conf_zip(conf, {"PORT": "9720"}))
    with zipfile.ZipFile(tmp_path / "conf.zip") as archive:
        assert archive.namelist() == ["__hadoop_conf__/core-site.xml"]
        assert archive.read("__hadoop_conf__/core-site.xml") == b"<v>hdfs://h:9720/x</v>"


def test_another_configuration_is_another_runtime(spark_home: Path, conf: Path) -> None:
    one, other = (RuntimeSources(spark_home, conf, {"PORT": port}).hash() for port in ("1", "2"))
    assert one == RuntimeSources(spark_home, conf, {"PORT": "1"}).hash()
    assert one != other


def test_a_folder_without_spark_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="KUBEYARD_SPARK_HOME"):
        bundle.pyspark_zip(tmp_path)


def test_a_folder_without_configuration_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="KUBEYARD_HADOOP_CONF_DIR"):
        bundle.conf_zip(tmp_path, {})
