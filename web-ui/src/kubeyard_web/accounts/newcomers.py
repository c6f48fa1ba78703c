"""What must be true of the accounts before the first request."""

import sys

import structlog

from kubeyard_web.accounts import demo
from kubeyard_web.services import Services

log = structlog.get_logger()


def prepare_accounts(services: Services) -> None:
    """Open or close the demo accounts, and see that there can be an administrator."""
    demo.reconcile(services.database, services.clock, wanted=services.settings.web_demo)
    if services.settings.web_demo or not services.first_administrator.is_missing():
        return
    if sys.stdout.isatty():
        offer_link(services)
    else:  # what is no terminal is a log, and the link is a secret
        log.warning(
            "administrator-missing",
            next_step="run `python -m kubeyard_web admin-link` and open what it prints",
        )


def offer_link(services: Services) -> bool:
    """Print a link for the first administrator; False if there is one."""
    link = services.first_administrator.new_link()
    if link is None:
        return False
    print(f"Create the first administrator here, once, within 24 hours:\n{link}", flush=True)  # noqa: T201
    return True
