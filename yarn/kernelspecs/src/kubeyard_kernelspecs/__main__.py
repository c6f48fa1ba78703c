"""`python -m kubeyard_kernelspecs class-archives`: make them now, with the gateway's settings."""

import argparse
import json
import os
import sys
from pathlib import Path

from kubeyard_yarn.authorities import authorities_in
from kubeyard_yarn.errors import YarnError
from kubeyard_yarn.httpfs import HttpFs
from kubeyard_yarn.resource_manager import ResourceManager

from kubeyard_kernelspecs.class_archives import ClassArchivesNotMade, make_class_archives
from kubeyard_kernelspecs.runtime import RuntimeSources, publish
from kubeyard_kernelspecs.spark_conf import ClusterSettings
from kubeyard_kernelspecs.spec import KernelSpec, spec_from_metadata


def main() -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m kubeyard_kernelspecs", description=__doc__)
    parser.add_argument("command", choices=["class-archives"])
    parser.add_argument("--kernelspec", default="kubeyard.spark", help="whose environment they are made in")
    arguments = parser.parse_args()
    try:
        application_id = _make(arguments.kernelspec)
    except KeyError as error:
        sys.stderr.write(f"{error.args[0]} is not set; run this with the gateway's settings\n")
        return 2
    except (OSError, ValueError, YarnError, ClassArchivesNotMade) as error:
        sys.stderr.write(f"the class archives were not made: {error}\n")
        return 1
    sys.stdout.write(f"the class archives were made by {application_id}\n")
    return 0


def _make(kernelspec: str) -> str:
    settings = os.environ
    user = settings.get("KUBEYARD_SERVICE_USER", "kubeyard")
    hdfs_uri, spark_home = settings["KUBEYARD_HDFS_URI"], settings["KUBEYARD_SPARK_HOME"]
    named = settings.get("KUBEYARD_HADOOP_CA_FILE", "")
    ca_file = authorities_in(Path(named)) if named else None
    files = HttpFs(settings["KUBEYARD_HTTPFS_URL"], user, ca_file=ca_file).as_service()
    sources = RuntimeSources(Path(spark_home), Path(settings["KUBEYARD_HADOOP_CONF_DIR"]), settings)
    return make_class_archives(
        ResourceManager(settings["KUBEYARD_RM_URLS"].split(","), user, ca_file=ca_file),
        _read(Path(settings["KUBEYARD_KERNELSPECS_DIR"]), kernelspec),
        publish(files, hdfs_uri, settings.get("KUBEYARD_HDFS_ROOT", "/kubeyard"), sources),
        ClusterSettings(spark_home, settings.get("KUBEYARD_JAVA_HOME", ""), hdfs_uri.rstrip("/")),
        user,
        settings["KUBEYARD_GATEWAY_RESPONSE"],
    )


def _read(folder: Path, name: str) -> KernelSpec:
    document = json.loads((folder / name / "kernel.json").read_text("utf-8"))
    spec = spec_from_metadata(document["metadata"])
    if spec is None:
        raise ValueError(f"the kernelspec {name} is none of Kubeyard's; choose another by --kernelspec")
    return spec


if __name__ == "__main__":
    sys.exit(main())
