"""Every check of an edge node, in the order in which an operator mends what they find."""

from kubeyard_edge.checks import (
    authorities,
    hadoop_files,
    hdfs,
    history,
    java,
    ports,
    resource_manager,
    spark,
)
from kubeyard_edge.finding import Finding
from kubeyard_edge.settings import Settings


def run(settings: Settings) -> list[Finding]:
    """Look at everything; nothing is changed but a folder in HDFS, which is removed again."""
    checks = (hadoop_files, java, spark, ports, authorities, resource_manager, hdfs, history)
    return [finding for check in checks for finding in check.look(settings)]
