"""`status`: one line a service."""

from datetime import datetime

from kubeyard_local import accounts, process_table, supervisor_config
from kubeyard_local.overview import View, look, memory_mb
from kubeyard_local.settings import Settings
from kubeyard_local.supervision import Supervisor

HEAD = ("service", "state", "pid", "since", "memory", "port", "")


def show(settings: Settings) -> bool:
    """Print the table; answers whether every service that runs is ready and none has failed."""
    supervisor = Supervisor(supervisor_config.socket_file(settings.layout))
    owners = accounts.present()
    if owners is None or not supervisor.is_alive():
        print("Kubeyard is not running. Start it: bash deployment_local.sh")
        return False
    views = look(process_table.services(settings, owners), supervisor)
    memory = {view.service.name: memory_mb(view.state.pid) for view in views if view.state.is_running}
    _print([HEAD, *(_row(view, memory.get(view.service.name, 0), settings) for view in views)])
    print(f"\n{sum(memory.values())} MB in all · {settings.web_url} · logs in {settings.layout.logs}")
    return all(view.is_ready or view.state.state == "STOPPED" for view in views)


def _row(view: View, memory: int, settings: Settings) -> tuple[str, ...]:
    running = view.state.is_running
    since = (
        datetime.fromtimestamp(view.state.since).astimezone().strftime("%d %b %H:%M:%S") if running else "-"
    )
    port = str(settings.ports[view.service.port]) if view.service.port else "-"
    state = "ready" if view.is_ready else "not ready" if running else view.state.state.lower()
    reason = "" if view.is_ready or view.state.state == "STOPPED" else view.reason or ""
    return (
        view.service.name,
        state,
        str(view.state.pid) if running else "-",
        since,
        f"{memory} MB" if running else "-",
        port,
        reason,
    )


def _print(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
