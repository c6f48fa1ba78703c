"""The jars of one Hadoop version, as Maven resolves them with the pins of that version's own distribution."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

# Without the parent's pins Maven takes what the nearest dependency names, and 2.10's JSON breaks on that.
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>kubeyard</groupId>
  <artifactId>recorded-hadoop</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencyManagement>
    <dependencies>
      <dependency>
        <groupId>org.apache.hadoop</groupId>
        <artifactId>hadoop-project</artifactId>
        <version>{version}</version>
        <type>pom</type>
        <scope>import</scope>
      </dependency>
    </dependencies>
  </dependencyManagement>
  <dependencies>{dependencies}
  </dependencies>
</project>
"""
DEPENDENCY = """
    <dependency>
      <groupId>org.apache.hadoop</groupId>
      <artifactId>{artifact}</artifactId>
      <version>{version}</version>
      <exclusions>
        <exclusion>
          <groupId>ch.qos.logback</groupId>
          <artifactId>*</artifactId>
        </exclusion>
      </exclusions>
    </dependency>"""
GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
HADOOP = ("hadoop-minicluster",)
# The second one is a provided dependency of the first, which does not start without it.
HTTPFS = ("hadoop-hdfs-httpfs", "hadoop-hdfs-client")


def fetch(folder: Path, version: str, artifacts: Sequence[str]) -> Path:
    """Return the folder that holds the jars, fetched by Maven unless they are there."""
    jars = folder / f"{artifacts[0]}-{version}"
    if jars.is_dir():
        return jars
    part = jars.with_name(f"{jars.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    pom = folder / f"{jars.name}.xml"
    dependencies = "".join(DEPENDENCY.format(artifact=name, version=version) for name in artifacts)
    pom.write_text(POM.format(version=version, dependencies=dependencies))
    options = ("-q", "-B", "-f", str(pom), "-DincludeScope=runtime", f"-DoutputDirectory={part}")
    subprocess.run(("mvn", *options, GOAL), check=True, timeout=1800)
    return part.rename(jars)
