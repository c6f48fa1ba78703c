"""Formats the NameNode's folder, exactly once in the life of its data."""

import shutil
from pathlib import Path

from kubeyard_local import accounts, child
from kubeyard_local.accounts import Accounts
from kubeyard_local.hadoop_services import java_command
from kubeyard_local.layout import Layout
from kubeyard_local.process_table import hadoop_environment
from kubeyard_local.settings import Settings


def is_formatted(layout: Layout) -> bool:
    """Whether there is data, or was a format that ran to its end."""
    return _done(layout).exists() or (layout.hadoop / "dn" / "current").exists()


def format_once(settings: Settings, owners: Accounts) -> None:
    """Format; a format that was cut off is begun anew, which is safe as no block was ever stored."""
    hadoop = settings.layout.hadoop
    shutil.rmtree(hadoop / "nn" / "current", ignore_errors=True)
    java, *rest = java_command(settings, "namenode", 256, "hdfs.server.namenode.NameNode")
    command = (
        java,
        *(part for part in rest if not part.endswith("namenode.options")),
        "-format",
        "-nonInteractive",
    )
    child.run(
        "formatting HDFS",
        accounts.under(owners.services, (*child.DIES_WITH_US, *command)),
        log=settings.layout.logs / "namenode-preparation.log",
        environment={**hadoop_environment(settings), "HADOOP_USER_NAME": "kubeyard"},
        folder=settings.layout.home,
        timeout_seconds=120,
    )
    _done(settings.layout).touch()


def _done(layout: Layout) -> Path:
    return layout.hadoop / "nn.formatted"
