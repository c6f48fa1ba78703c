"""The archives that travel into a container, made the same from the same sources."""

import io
import marshal
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path

LAUNCHER_PACKAGE = "kubeyard_launcher"
# A fixed date: the same files then give the same archive, and so the same name in HDFS.
_DATE = (2020, 1, 1, 0, 0, 0)
# The hash-based kind that Python takes without looking at the source: a zip's times mean nothing.
_UNCHECKED_HASH = (1).to_bytes(4, "little")
# What a client of the cluster reads; the servers' own files stay with the servers.
_CLIENT_CONF = ("core", "hdfs", "yarn", "mapred")
_ENVIRONMENT_REFERENCE = re.compile(r"\$\{env\.([A-Za-z_]\w*)(?::?-([^}]*))?\}")


def pyspark_zip(spark_home: Path) -> bytes:
    """Return Spark's Python side and Py4J as one archive, compiled, so that importing it is quick."""
    files: dict[str, bytes] = {}
    for archive in _python_archives(spark_home):
        with zipfile.ZipFile(archive) as source:
            files |= {name: source.read(name) for name in source.namelist() if _is_wanted(name)}
    return _zip(dict(_with_compiled("pyspark.zip", files)))


def launcher_zip() -> bytes:
    """Return the launcher as the package that runs in the container."""
    folder = launcher_folder()
    files = {f"{LAUNCHER_PACKAGE}/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.py"))}
    return _zip(dict(_with_compiled("launcher.zip", files)))


def conf_zip(hadoop_conf: Path, environment: Mapping[str, str]) -> bytes:
    """Return `__spark_conf__.zip`: the Hadoop configuration that the driver and executors read."""
    files = filled_in_conf(hadoop_conf, environment)
    return _zip({f"__hadoop_conf__/{name}": content for name, content in files.items()})


def filled_in_conf(hadoop_conf: Path, environment: Mapping[str, str]) -> dict[str, bytes]:
    """Return the client's configuration files by name.

    Hadoop fills `${env.NAME}` in from the environment of the process that reads the file, and a
    container does not have ours: they are filled in here.
    """
    files = {}
    for path in (hadoop_conf / f"{name}-site.xml" for name in _CLIENT_CONF):
        if not path.is_file():
            continue
        text = _ENVIRONMENT_REFERENCE.sub(
            lambda found: environment.get(found[1], found[2] or ""), path.read_text("utf-8")
        )
        files[path.name] = text.encode()
    if not files:
        raise FileNotFoundError(f"no core-site.xml lies in {hadoop_conf}; set KUBEYARD_HADOOP_CONF_DIR")
    return files


def pyspark_sources(spark_home: Path) -> list[bytes]:
    """Return what `pyspark_zip` is made of, to name the result before it is made."""
    return [archive.read_bytes() for archive in _python_archives(spark_home)]


def launcher_folder() -> Path:
    """Return the folder of the launcher's sources."""
    return Path(__file__).parent / "launcher"


def _python_archives(spark_home: Path) -> list[Path]:
    library = spark_home / "python" / "lib"
    found = [*library.glob("pyspark.zip"), *library.glob("py4j-*-src.zip")]
    if len(found) != 2:
        raise FileNotFoundError(
            f"no pyspark.zip and py4j-*-src.zip lie in {library}; set KUBEYARD_SPARK_HOME"
        )
    return found


def _is_wanted(name: str) -> bool:
    return not name.endswith("/") and "/tests/" not in name


def _with_compiled(archive: str, files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for name, content in sorted(files.items()):
        yield name, content
        if name.endswith(".py") and (code := _compiled(content, f"{archive}/{name}")) is not None:
            yield f"{name}c", code


def _compiled(source: bytes, name: str) -> bytes | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            code = compile(source, name, "exec", dont_inherit=True)
        except SyntaxError:
            # Written for another Python than ours: imported from its source, or by nobody.
            return None
    return MAGIC_NUMBER + _UNCHECKED_HASH + source_hash(source) + marshal.dumps(code)


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    # Stored: unpacking would cost more on every start than the few megabytes do once a node.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()
