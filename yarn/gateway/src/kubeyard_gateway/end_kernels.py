"""`python -m kubeyard_gateway end-kernels`: ends all kernels of a gateway that does not run."""

import contextlib
import time

import structlog
from kubeyard_identity.whole_file import remove_drafts
from kubeyard_yarn.applications import ACTIVE_STATES
from kubeyard_yarn.errors import NotFound
from kubeyard_yarn.resource_manager import ResourceManager

from kubeyard_gateway.instance import own_tag
from kubeyard_gateway.sessions import RECORDS
from kubeyard_gateway.settings import Settings
from kubeyard_gateway.spare_records import RECORDS as SPARE_RECORDS

log = structlog.get_logger("kubeyard_gateway")
WITHIN_SECONDS = 20
LOOK_EVERY_SECONDS = 0.1
REASON = "all kernels of the gateway were ended"


def end_kernels(settings: Settings) -> int:
    """Have YARN end every application that the gateway left, and forget its kernels; return their number.

    Raises YarnError while the ResourceManager is away: the records are kept then, for another try.
    """
    manager = ResourceManager(settings.rm_urls, settings.service_user, ca_file=settings.hadoop_ca_file)
    tag = own_tag(settings.gateway_state_dir)
    ended = manager.applications(ACTIVE_STATES, tags=[tag])
    for application in ended:
        with contextlib.suppress(NotFound):
            manager.kill(application.id, REASON)
    deadline = time.monotonic() + WITHIN_SECONDS
    while ended and manager.applications(ACTIVE_STATES, tags=[tag]) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_SECONDS)
    for records in (settings.gateway_state_dir / name for name in (RECORDS, SPARE_RECORDS)):
        remove_drafts(records)
        for file in records.glob("*.json"):
            file.unlink(missing_ok=True)
    log.info("kernels_ended", count=len(ended))
    return len(ended)
