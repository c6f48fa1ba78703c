"""The platform's own first kernel: built once, when everything is up, for the first notebook."""

from kubeyard_local import accounts, child, process_table
from kubeyard_local.accounts import Accounts
from kubeyard_local.progress import Progress
from kubeyard_local.settings import Settings

BUILD_SECONDS = 600


def ensure_default_environment(settings: Settings, owners: Accounts, progress: Progress) -> None:
    """Let the api-server enqueue it, and wait until the worker has built it; quick when it is there."""
    layout = settings.layout
    command = (str(layout.python("platform")), "-m", "kubeyard_api", "ensure-default-environment")
    with progress.step("default kernel environment"):
        child.run(
            "default kernel environment",
            accounts.under(owners.services, command),
            log=layout.logs / "default-environment.log",
            environment=process_table.api_environment(settings),
            folder=layout.home,
            timeout_seconds=BUILD_SECONDS,
        )
