"""`start`: from whatever there is to a running platform. Where a start was cut off, the next goes on."""

import os
from collections.abc import Sequence

from kubeyard_local import (
    accounts,
    checks,
    class_archives,
    credentials,
    description,
    folders,
    gateway_certificate,
    hadoop_conf,
    installation,
    name_node,
    process_table,
    processes,
    spark_archives,
    supervisor_config,
    welcome,
)
from kubeyard_local.accounts import Accounts
from kubeyard_local.bringing_up import BringingUp
from kubeyard_local.default_environment import ensure_default_environment
from kubeyard_local.overview import look
from kubeyard_local.progress import Progress
from kubeyard_local.service import Service
from kubeyard_local.settings import Settings
from kubeyard_local.supervision import Supervisor


def start(settings: Settings, wanted: Sequence[str], progress: Progress) -> None:
    """Bring the wanted services up, or say that they are."""
    supervisor = Supervisor(supervisor_config.socket_file(settings.layout))
    if _is_up(settings, supervisor, wanted):
        welcome.already_up(settings, progress)
        return
    if not supervisor.is_alive():
        _end_leftovers(settings, progress)
    missing = _to_start(supervisor, wanted)
    checks.check(settings, missing, os.environ)
    folders.before_installing(settings.layout)
    installation.install(settings, missing, progress)
    owners = _prepare(settings, supervisor, progress)
    if "gateway" in missing:
        gateway_certificate.ensure(settings, owners)
    table = process_table.services(settings, owners)
    if not supervisor.is_alive():
        _write_config(settings, table)
        supervisor_config.launch(settings.layout, supervisor)
    BringingUp(settings.layout, supervisor, progress).start([one for one in table if one.name in wanted])
    description.write(settings.layout, description.of(settings, owners))
    if set(wanted) == set(process_table.NAMES):
        ensure_default_environment(settings, owners, progress)
        spark_archives.ensure(settings, owners, progress)
    welcome.show(settings, owners, wanted, progress)


def _is_up(settings: Settings, supervisor: Supervisor, wanted: Sequence[str]) -> bool:
    owners = accounts.present()
    if owners is None or not supervisor.is_alive():
        return False
    table = process_table.services(settings, owners)
    views = look([service for service in table if service.name in wanted], supervisor)
    return all(view.is_ready for view in views)


def _to_start(supervisor: Supervisor, wanted: Sequence[str]) -> list[str]:
    states = supervisor.states() if supervisor.is_alive() else {}
    return [name for name in wanted if name not in states or not states[name].is_active]


def _end_leftovers(settings: Settings, progress: Progress) -> None:
    """Without a supervisor nothing may run: what does was left behind by one that was killed."""
    ended = processes.end(processes.find(settings.layout))
    if ended:
        progress.say(f"ended {len(ended)} processes that a killed platform had left")


def _prepare(settings: Settings, supervisor: Supervisor, progress: Progress) -> Accounts:
    """Accounts, folders, secrets and configuration; what running daemons read is left as it is."""
    owners = accounts.ensure()
    folders.ensure(settings.layout, owners)
    credentials.ensure(settings.layout, owners.services)
    if supervisor.is_alive():
        return owners
    hadoop_conf.write(settings.layout, process_table.hadoop_environment(settings))
    class_archives.prepare(settings)
    if not name_node.is_formatted(settings.layout):
        with progress.step("formatting HDFS"):
            name_node.format_once(settings, owners)
    return owners


def _write_config(settings: Settings, table: Sequence[Service]) -> None:
    text = supervisor_config.text(settings.layout, table, as_root=os.geteuid() == 0)
    file = supervisor_config.config_file(settings.layout)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
